import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process of an installation, known by what it carries in its environment. */
export interface OwnProcess {
  readonly pid: number;
  /** The value of SERVICE: ingestion, kafka, postgres ... */
  readonly service: string;
}

const POLL_MS = 50;

/** Every process, but this one, that carries this TOCSIN_HOME and a SERVICE. */
export function findOwnProcesses(home: string): Promise<OwnProcess[]> {
  return find((carried) => carried === home);
}

/** Every process, but this one, whose TOCSIN_HOME lies below a folder. */
export function findProcessesBelow(folder: string): Promise<OwnProcess[]> {
  return find((carried) => carried.startsWith(`${folder}/`));
}

async function find(isWanted: (home: string) => boolean): Promise<OwnProcess[]> {
  const found = process.platform === 'linux' ? await readProc() : await readPs();
  return found.flatMap(({ pid, environment }) => {
    const home = valueOf(environment, 'TOCSIN_HOME');
    const service = valueOf(environment, 'SERVICE');
    if (home === undefined || service === undefined || pid === process.pid) return [];
    return isWanted(home) ? [{ pid, service }] : [];
  });
}

function valueOf(environment: readonly string[], name: string): string | undefined {
  return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

interface ProcessEnvironment {
  readonly pid: number;
  readonly environment: readonly string[];
}

async function readProc(): Promise<ProcessEnvironment[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const read = pids.map(async (pid) => {
    const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    return { pid, environment: text.split('\0') };
  });
  return (await Promise.all(read)).filter(({ pid }) => isAlive(pid));
}

/** macOS shows the environment behind the command; written from its manual page, not run by us. */
async function readPs(): Promise<ProcessEnvironment[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axEww', '-o', 'pid=,command='], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), environment: line.trim().split(' ') }));
}

/** False also for a zombie: nothing runs there any more, whoever should have collected it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !['Z', 'X'].includes(procStat(pid)?.state ?? '');
}

/** When a process began, in a form that tells two processes of one pid apart; undefined where the system does not say. */
export function birthOf(pid: number): string | undefined {
  return procStat(pid)?.birth;
}

/** The parent of a process; undefined where the system does not say. */
export function parentOf(pid: number): number | undefined {
  return procStat(pid)?.parent;
}

/** The folder a process works in; undefined where the system does not say. */
export function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function procStat(pid: number): { state: string; parent: number; birth: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), birth: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Waits until none of the processes is left; false when the time is over first. */
export async function waitForEnd(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (pids.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Stops processes that are not our children: the given signal, then, after the grace, SIGKILL. */
export async function stopProcesses(pids: readonly number[], signal: NodeJS.Signals, graceMs: number): Promise<void> {
  pids.forEach((pid) => signalProcess(pid, signal));
  if (await waitForEnd(pids, graceMs)) return;
  pids.filter(isAlive).forEach((pid) => signalProcess(pid, 'SIGKILL'));
  await waitForEnd(pids, graceMs);
}

/** Sends a signal; nothing happens when the process is gone or somebody else's. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already
  }
}
