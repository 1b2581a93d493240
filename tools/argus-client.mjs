/**
 * `npm run check:argus-client`: runs PyPI's own argus-api-client, two versions of it, against Tocsin: every public method,
 * sync and async, and the calls that known glue services make (reference argus 5). Prints figures.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runGlue } from './argus-client/glue.mjs';
import { runClientTests, runScript, SCRIPTS } from './argus-client/scripts.mjs';
import { withSystem } from './argus-client/system.mjs';
import { withTokens } from './argus-client/tokens.mjs';
import { Unavailable } from './python/unavailable.mjs';
import { findPython, makeEnvironment } from './python/environment.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PACKAGE = 'argus-api-client';
const BESIDE = ['httpx', 'pytest', 'pytest-asyncio'];

const HELP = `npm run check:argus-client [-- --url http://127.0.0.1:4000 --token <admin token>]

Makes two Python environments in the cache (TOCSIN_CACHE) with ${PACKAGE} 0.7.0 and the newest, starts a Tocsin of its own
(or uses the one at --url), and lets the scripts in tools/argus-client/scripts, the client's own tests and our glue kit
use it.
Without Python 3.9, or without PyPI at the first time, it says SKIPPED and ends with 0.
`;

/**
 * Runs it all and prints what it finds.
 * @param {{ url?: string, token?: string }} where a running Tocsin; without `url` one is started
 * @returns {Promise<{ passed: number, failed: number }>} scripts; none where it is SKIPPED
 */
export async function checkArgusClient(where = {}) {
  const started = Date.now();
  try {
    const environments = await makeEnvironments();
    const figures = await withSystem({ root, ...where }, (system) =>
      withTokens(system, (variables) => runAll(environments, variables)),
    );
    const checks = figures.reduce((sum, figure) => sum + figure.checks, 0);
    const failures = figures.reduce((sum, figure) => sum + figure.failures.length, 0);
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`check:argus-client: ${checks} checks, ${failures} failed, ${seconds} s`);
    const failed = figures.filter((figure) => figure.failures.length > 0).length;
    return { passed: figures.length - failed, failed };
  } catch (error) {
    if (error instanceof Unavailable) {
      console.log(`\n${'!'.repeat(80)}\ncheck:argus-client: SKIPPED: ${error.message}\n${'!'.repeat(80)}`);
      return { passed: 0, failed: 0 };
    }
    console.error(`check:argus-client: ${error.stack ?? error.message}`);
    return { passed: 0, failed: 1 };
  }
}

async function makeEnvironments() {
  const python = await findPython();
  return Promise.all([
    makeEnvironment({ python, name: `${PACKAGE}-0.7.0`, packages: [`${PACKAGE}==0.7.0`, ...BESIDE] }),
    makeEnvironment({ python, name: `${PACKAGE}-newest`, packages: [PACKAGE, ...BESIDE], renewed: true }),
  ]);
}

async function runAll(environments, variables) {
  const all = [];
  const told = (whose, what, figures) => {
    all.push(figures);
    console.log(`${whose}: ${what}: ${lineOf(figures)}`);
    for (const failure of figures.failures) console.log(`  FAILED: ${failure}`);
  };
  for (const environment of environments) {
    const version = await environment.versionOf(PACKAGE);
    const tell = (what, figures) => told(`${PACKAGE} ${version}`, what, figures);
    for (const script of SCRIPTS) tell(script, await runScript({ environment, script, variables }));
    const tests = await runClientTests({ environment, package: PACKAGE, version, variables });
    if (tests) tell('its own tests', tests);
  }
  told('@tocsin/glue', 'lifetime, break, snapshot', await runGlue({ root, variables }));
  return all;
}

function lineOf({ scenarios, checks, failures, requests, p50, p99 }) {
  const counts = `${scenarios} scenarios, ${checks} checks, ${failures.length} failed`;
  return requests === undefined ? counts : `${counts}; ${requests} requests, a call p50 ${p50} ms, p99 ${p99} ms`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, token: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) process.stdout.write(HELP);
  else process.exitCode = (await checkArgusClient(values)).failed > 0 ? 1 : 0;
}
