import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { birthOf, isAlive } from '../ground/own-processes.js';
import { CannotStartError } from '../ground/program.js';

/** A process, told apart from a later one of the same pid. */
export interface ProcessId {
  readonly pid: number;
  /** Undefined where the system does not say. */
  readonly birth?: string | undefined;
}

/** What `$TOCSIN_HOME/instance.json` says of the running installation; also for the command line and for tests. */
export interface InstanceFile extends ProcessId {
  readonly url: string;
  /** host:port,... once Kafka is found or started. */
  readonly brokers?: string;
  /** Processes whose end makes this one stop (npm, when it was started by npm). */
  readonly parents: readonly ProcessId[];
  readonly state: 'starting' | 'ready' | 'stopping';
  /** Program or service name to pid and state. */
  readonly processes: Readonly<Record<string, { readonly pid: number | null; readonly state: string }>>;
}

/** A stop takes at most 25 s. */
const STOPS_WITHIN_MS = 30_000;
const POLL_MS = 100;

/** Whether that very process is there. */
export function isRunning({ pid, birth }: ProcessId): boolean {
  return isAlive(pid) && (birth === undefined || birthOf(pid) === birth);
}

/** The instance file of a home, while somebody wrote a sound one. */
export function readInstanceFile(home: string): InstanceFile | undefined {
  return parse(instanceFilePath(home));
}

/** Replaces the instance file of a home that we hold. */
export function writeInstanceFile(home: string, content: InstanceFile): void {
  writeFileSync(draftPath(home), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draftPath(home), instanceFilePath(home));
}

/** Gives the home back. */
export function releaseHome(home: string): void {
  rmSync(instanceFilePath(home), { force: true });
}

/**
 * Takes the home for this process. One that is about to stop is waited for; what a killed one left is taken over.
 * @throws CannotStartError naming pid and URL of the one that runs
 */
export async function holdHome(home: string, content: InstanceFile, say: (line: string) => void): Promise<void> {
  const deadline = performance.now() + STOPS_WITHIN_MS;
  for (let told = false; !tryHold(home, content);) {
    const holder = readInstanceFile(home);
    if (holder === undefined || !isRunning(holder)) continue;
    if (!isEnding(holder) || performance.now() > deadline) {
      throw new CannotStartError(
        `Tocsin runs already from ${home}: process ${holder.pid}, ${holder.url}. Stop it (kill ${holder.pid}), or start with ` +
          `another TOCSIN_HOME, PORT and KAFKA_PORT.`,
      );
    }
    if (!told) say(`waiting       for process ${holder.pid}, which is stopping`);
    told = true;
    await delay(POLL_MS);
  }
}

/** One whose npm was killed notices within a second, and stops. */
function isEnding(holder: InstanceFile): boolean {
  return holder.state === 'stopping' || holder.parents.some((parent) => !isRunning(parent));
}

/** A link is made whole or not at all, so the file never shows half a content to a second start. */
function tryHold(home: string, content: InstanceFile): boolean {
  const file = instanceFilePath(home);
  writeFileSync(draftPath(home), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draftPath(home), file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    removeStale(home, file);
    return false;
  } finally {
    rmSync(draftPath(home), { force: true });
  }
}

/** Two starts may find the same stale file; the later one must not take away what the earlier one has just written. */
function removeStale(home: string, file: string): void {
  const holder = parse(file);
  if (holder !== undefined && isRunning(holder)) return;
  const aside = `${draftPath(home)}.stale`;
  try {
    renameSync(file, aside);
    const moved = parse(aside);
    if (moved !== undefined && isRunning(moved)) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function parse(file: string): InstanceFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as InstanceFile;
  } catch {
    return undefined;
  }
}

function instanceFilePath(home: string): string {
  return path.join(home, 'instance.json');
}

function draftPath(home: string): string {
  return path.join(home, `instance.${process.pid}.tmp`);
}
