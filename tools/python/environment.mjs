/** Python environments with packages of PyPI, in the cache that checkouts share. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Unavailable } from './unavailable.mjs';

const execute = promisify(execFile);
const DAY_MS = 24 * 60 * 60 * 1000;
const PIP_MS = 240_000;
const PIP = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
const PROBE = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])';

/** @returns {Promise<{ command: string, version: string }>} @throws Unavailable where there is none that will do */
export async function findPython() {
  for (const command of ['python3', 'python', 'py']) {
    const version = await execute(command, ['-c', PROBE]).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    const [major, minor] = (version ?? '0.0').split('.').map(Number);
    if (major === 3 && minor >= 9) return { command, version };
  }
  throw new Unavailable('there is no Python 3.9 or newer with venv and ensurepip on this machine');
}

/** A Python with packages. */
export class Environment {
  constructor(folder) {
    this.folder = folder;
  }

  get python() {
    const [bin, name] = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
    return path.join(this.folder, bin, name);
  }

  /** @returns {Promise<string>} of an installed package */
  async versionOf(name) {
    const { stdout } = await execute(this.python, [
      '-c',
      `from importlib.metadata import version; print(version(${JSON.stringify(name)}))`,
    ]);
    return stdout.trim();
  }

  /** Unpacks a tar archive, whichever tar this machine has. */
  unpack(archive, folder) {
    return execute(this.python, ['-m', 'tarfile', '--extract', archive, folder]);
  }

  pip(args) {
    return execute(this.python, [...PIP, ...args], { timeout: PIP_MS });
  }
}

/**
 * Finds an environment in the cache, or makes it.
 * @param {{ python: { command: string, version: string }, name: string, packages: string[], renewed?: boolean }} wanted
 *   `renewed`: newer versions are taken once a day
 * @returns {Promise<Environment>} @throws Unavailable when it has to be made and PyPI cannot be reached
 */
export async function makeEnvironment({ python, name, packages, renewed = false }) {
  const folder = path.join(cacheDir(), 'python', `${name}-py${python.version}`);
  const environment = new Environment(folder);
  const note = path.join(folder, 'tocsin.json');
  const made = await readNote(note);
  if (made?.packages !== packages.join()) return create({ python, folder, packages });
  if (renewed && Date.now() - made.at > DAY_MS) {
    await environment.pip(['install', '--upgrade', ...packages]).then(
      () => writeNote(note, packages),
      () => console.log(`${name}: no newer version could be looked for; the one from before is used`),
    );
  }
  return environment;
}

/** Made beside its place and moved there whole: it is there complete, or not at all. */
async function create({ python, folder, packages }) {
  const draft = `${folder}.${process.pid}.tmp`;
  await mkdir(path.dirname(draft), { recursive: true });
  try {
    await execute(python.command, ['-m', 'venv', draft]);
    await new Environment(draft).pip(['install', ...packages]);
    await writeNote(path.join(draft, 'tocsin.json'), packages);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new Unavailable(`${packages.join(', ')} could not be installed: ${lastLine(error.stderr || error.message)}`);
  }
  return new Environment(folder);
}

/** TOCSIN_CACHE, as `npm start` takes it. */
export function cacheDir() {
  const home = process.env.XDG_CACHE_HOME || path.join(process.env.HOME ?? '/tmp', '.cache');
  return process.env.TOCSIN_CACHE || path.join(home, 'tocsin');
}

async function readNote(file) {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

function writeNote(file, packages) {
  return writeFile(file, JSON.stringify({ packages: packages.join(), at: Date.now() }));
}

function lastLine(text) {
  return text.trim().split('\n').at(-1);
}
