/**
 * `npm run check:openapi-fuzz`: schemathesis of PyPI sends generated requests, sound ones and wrong ones, to every operation
 * of a service's OpenAPI document: no answer may be a 5xx, or another than the document says. Prints figures.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withSystem } from './argus-client/system.mjs';
import { withTokens } from './argus-client/tokens.mjs';
import { findPython, makeEnvironment } from './python/environment.mjs';
import { Unavailable } from './python/unavailable.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PORT_OFFSET = 2;

const HELP = `npm run check:openapi-fuzz [-- --examples 500 --only /api/v2 --seed 1 --url http://127.0.0.1:4002 --token <token>]

  --examples  requests generated for each operation; 500 unless told
  --only      operations whose path matches this regular expression alone
  --seed      of the generator; told in the output, so that a run can be repeated
  --workers   requests at once; 1 unless told (several bring out a fault of Python 3.11 itself)
  --url       the origin of a running Tocsin, whose incidents service listens two ports after it; else one is started
  --token     an admin's

Without Python, or without PyPI at the first time, it says SKIPPED and ends with 0.
`;

/** What would end the run itself: a token that revokes itself, a stream without an end. */
const LEFT_OUT = ['/auth/(token/logout|refresh-token)', '/progress$'];
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '500' },
    workers: { type: 'string', default: '1' },
    only: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    url: { type: 'string' },
    token: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main() {
  try {
    const environment = await makeEnvironment({
      python: await findPython(),
      name: 'schemathesis',
      packages: ['schemathesis'],
      renewed: true,
    });
    console.log(`schemathesis ${await environment.versionOf('schemathesis')}, seed ${values.seed}`);
    return await withSystem({ root, url: values.url, token: values.token }, (system) =>
      withTokens(system, (variables) => runPasses(environment, system, variables.ARGUS_SOURCE_TOKEN)),
    );
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`\n${'!'.repeat(80)}\ncheck:openapi-fuzz: SKIPPED: ${error.message}\n${'!'.repeat(80)}`);
    return 0;
  }
}

/** A person with anything as a key, most of which is not there; then a source with an incident that is. */
async function runPasses(environment, system, sourceToken) {
  const { protocol, hostname, port } = new URL(system.url);
  const url = `${protocol}//${hostname}:${Number(port) + PORT_OFFSET}`;
  const pk = await makeIncident(url, sourceToken);
  const passes = [
    { name: 'any keys', url, token: system.token, only: values.only ? [values.only] : [], settings: '' },
    {
      name: 'an incident that is there',
      url,
      token: sourceToken,
      only: [values.only ?? '/incidents/\\{pk\\}'],
      settings: `[parameters]\n"path.pk" = ${pk}\n`,
    },
  ];
  let worst = 0;
  for (const pass of passes) worst = Math.max(worst, await fuzz(environment, pass));
  return worst;
}

async function makeIncident(url, token) {
  const body = {
    start_time: new Date().toISOString(),
    tags: [{ tag: 'made_by=fuzz' }],
    description: 'made for the fuzz',
  };
  const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v2/incidents/`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`an incident was answered with ${answer.status}: ${await answer.text()}`);
  return (await answer.json()).pk;
}

async function fuzz(environment, { name, url, token, only, settings }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-fuzz-'));
  const report = path.join(folder, 'report.json');
  try {
    const started = performance.now();
    await writeFile(path.join(folder, 'schemathesis.toml'), settings);
    const options = optionsFor({ url, token, only, report });
    const code = await schemathesis(environment, folder, [`${url}/openapi.json`, ...options]);
    const { operations, test_cases: cases, failures, errors } = JSON.parse(await readFile(report, 'utf8'));
    if (!operations) throw new Error(`schemathesis cannot read ${url}/openapi.json`);
    const seconds = Math.round((performance.now() - started) / 1000);
    for (const { title, operations: where } of failures) console.log(`FAILED: ${title}: ${where.join(', ')}`);
    for (const error of errors) console.log(`ERROR: ${JSON.stringify(error).slice(0, 500)}`);
    const count = `${operations.tested} of ${operations.total} operations, ${cases.generated} requests`;
    console.log(
      `check:openapi-fuzz: ${name}: ${count}, ${cases.unique_failures} failures, ${errors.length} errors, ${seconds} s`,
    );
    return code === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function optionsFor({ url, token, only, report }) {
  return [
    ['--url', url],
    ['--header', `Authorization: Bearer ${token}`],
    ['--phases', 'examples,coverage,fuzzing'],
    ['--checks', CHECKS.join(',')],
    ['--max-examples', values.examples],
    ['--workers', values.workers],
    ['--seed', values.seed],
    ['--request-timeout', '10'],
    ['--suppress-health-check', 'all'],
    ['--generation-database', 'none'],
    ['--warnings', 'off'],
    ['--continue-on-failure'],
    ['--no-color'],
    ['--report', 'json'],
    ['--report-json-path', report],
    ...LEFT_OUT.map((pattern) => ['--exclude-path-regex', pattern]),
    ...only.map((pattern) => ['--include-path-regex', pattern]),
  ].flat();
}

/** Its own report goes to the screen; it leaves its files in `folder`. */
function schemathesis(environment, folder, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(environment.python, ['-m', 'schemathesis.cli', 'run', ...args], {
      cwd: folder,
      stdio: 'inherit',
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
