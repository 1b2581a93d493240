/** Debian's own programs: found, installed when asked, run in the foreground with a folder of their own, ended by pid. */
import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGES = ['prometheus-alertmanager', 'prometheus'];
const STOP_MS = 10_000;

/** @returns {Promise<string[]>} the programs that are not installed */
export async function absentPrograms() {
  const found = await Promise.all(
    PACKAGES.map((name) =>
      run(name, ['--version']).then(
        () => true,
        (error) => error.code !== 'ENOENT',
      ),
    ),
  );
  return PACKAGES.filter((_, at) => !found[at]);
}

/** Installs them with apt. @throws Error with what apt says */
export async function installPrograms() {
  await run('apt-get', ['update'], { maxBuffer: 64 * 1024 * 1024 });
  const args = ['install', '-y', '--no-install-recommends', ...PACKAGES];
  await run('apt-get', args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** @param {string} name @returns {Promise<string>} its version */
export async function versionOf(name) {
  const { stdout, stderr } = await run(name, ['--version']);
  return /version (\S+)/.exec(stdout + stderr)?.[1] ?? 'of an unknown version';
}

/** Has a tool judge a configuration. @param {string} tool @param {string[]} args @throws Error with what it says */
export async function checkConfig(tool, args) {
  await run(tool, args).catch((error) => {
    throw new Error(`${tool} refuses the configuration:\n${error.stdout}${error.stderr}`);
  });
}

/**
 * Starts a program and waits until it is ready.
 * @param {{ name: string, args: string[], folder: string, ready: string }} of `ready` is a URL that answers 200 then
 * @returns {Promise<{ stop(): Promise<void> }>}
 */
export async function startProgram({ name, args, folder, ready }) {
  const child = spawn(name, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(path.join(folder, `${name}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(force);
    log.end();
  };
  try {
    await until(`${name} to be ready`, () => isOk(ready, child));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

async function isOk(url, child) {
  if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}`);
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/**
 * Asks again and again until the answer is truthy.
 * @template T @param {string} what @param {() => Promise<T>} look @param {number} [timeout] milliseconds
 * @returns {Promise<T>} @throws Error when the time is over
 */
export async function until(what, look, timeout = 30_000) {
  const deadline = performance.now() + timeout;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @returns {Promise<number>} a port that is free now */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
