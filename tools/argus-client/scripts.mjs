import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheDir } from '../python/environment.mjs';

const folder = path.join(import.meta.dirname, 'scripts');
const LIMIT_MS = 60_000;

/** THE list of scripts, each a file of that name. */
export const SCRIPTS = ['methods', 'patterns', 'pages'];

/**
 * Runs a script with the client of an environment.
 * @returns {Promise<{ scenarios: number, checks: number, failures: string[], requests: number, p50: number, p99: number }>}
 */
export async function runScript({ environment, script, variables }) {
  const { code, stdout, stderr } = await python(environment, [path.join(folder, `${script}.py`)], variables);
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch {
    const failures = [`${script} ended with ${code}: ${stderr.slice(-2000)}`];
    return { scenarios: 0, checks: 0, failures, requests: 0, p50: 0, p99: 0 };
  }
}

/**
 * Runs the tests that come with the client's source, its two fixtures turned to this server (reference argus 5.4, 9.13).
 * @returns {Promise<{ scenarios: number, checks: number, failures: string[] } | undefined>} undefined where it brings none
 */
export async function runClientTests({ environment, package: name, version, variables }) {
  const source = await sourceOf(environment, name, version);
  if (!source || !existsSync(path.join(source, 'tests'))) return undefined;
  await copyFile(path.join(folder, 'conftest.py'), path.join(source, 'tests', 'conftest.py'));
  const options = ['-q', '--runxfail', '--tb=short', '-p', 'no:cacheprovider', '--rootdir', source];
  const { code, stdout } = await python(
    environment,
    ['-m', 'pytest', ...options, path.join(source, 'tests')],
    variables,
  );
  const failures = stdout.split('\n').filter((line) => /^(FAILED|ERROR) /.test(line));
  if (code !== 0 && failures.length === 0) failures.push(stdout.slice(-2000));
  const passed = Number(/(\d+) passed/.exec(stdout)?.[1] ?? 0);
  return { scenarios: 1, checks: passed + failures.length, failures };
}

/** The unpacked source distribution, kept in the cache; undefined where PyPI has none or cannot be reached. */
async function sourceOf(environment, name, version) {
  const place = path.join(cacheDir(), 'python', `${name}-${version}-source`);
  if (existsSync(place)) return place;
  const draft = await mkdtemp(path.join(tmpdir(), 'tocsin-source-'));
  try {
    await environment.pip(['download', '--no-deps', '--no-binary', ':all:', '--dest', draft, `${name}==${version}`]);
    const [archive] = await readdir(draft);
    await environment.unpack(path.join(draft, archive), draft);
    const [unpacked] = (await readdir(draft, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    await cp(path.join(draft, unpacked.name), place, { recursive: true });
    return place;
  } catch (error) {
    console.log(`${name} ${version}: its own tests are left out: ${error.message.split('\n')[0]}`);
    return undefined;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** No script of a check may outlast its welcome. */
function python(environment, args, variables) {
  return new Promise((resolve, reject) => {
    const child = spawn(environment.python, ['-B', ...args], {
      env: { ...process.env, ...variables, PYTHONPATH: folder },
      timeout: LIMIT_MS,
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => (said.stdout += data));
    child.stderr.on('data', (data) => (said.stderr += data));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? signal, ...said }));
  });
}
