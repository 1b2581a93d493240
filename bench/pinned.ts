import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Cores of a fair comparison (reference performance-reliability 1.4): what is measured on one, all else on the other. */
const MEASURED = '0';
const REST = '1';
/** Clock ticks a second: 100 on every Linux that Node runs on. */
const TICKS = 100;

/** Whether processes can be kept to a core here. Asked once: a process that was moved aside sees one core alone. */
export const canPin = hasTaskset() && availableParallelism() > 1;

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Keeps processes with all their threads off the measured core. */
export function moveAside(pids: readonly number[]): void {
  if (!canPin) return;
  for (const pid of pids) {
    try {
      execFileSync('taskset', ['-a', '-c', '-p', REST, String(pid)], { stdio: 'ignore' });
    } catch {
      // It may have ended, or be another user's: then it stays where it is.
    }
  }
}

/** A Node process on the measured core that answers through its channel. */
export function spawnMeasured(file: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const node = [process.execPath, file];
  const command = canPin ? ['taskset', '-c', MEASURED, ...node] : node;
  return spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** Seconds of CPU that a process has used so far; undefined where /proc does not say (proc(5), stat, fields 14 and 15). */
export function cpuSeconds({ pid }: ChildProcess): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return undefined;
  }
}

/** Ends a process and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
