import { readFileSync } from 'node:fs';
import { birthOf, parentOf } from '../ground/own-processes.js';
import { type ProcessId, isRunning } from './instance-file.js';

const CHECK_MS = 500;
const SHELLS = new Set(['sh', 'bash', 'dash']);

/**
 * The processes this one depends on when npm started it: npm, and the shell that npm may put in between. A shell that a
 * person closes is none of them, so a start in the background goes on.
 */
export function npmParents(environment: NodeJS.ProcessEnv): readonly ProcessId[] {
  if (environment['npm_lifecycle_event'] === undefined) return [];
  const parents = [process.ppid];
  if (SHELLS.has(nameOf(process.ppid))) parents.push(parentOf(process.ppid) ?? 0);
  return parents.filter((pid) => pid > 1).map((pid) => ({ pid, birth: birthOf(pid) }));
}

/** Calls once when one of the processes is gone. Returns how to stop watching. */
export function watchParents(parents: readonly ProcessId[], gone: () => void): () => void {
  if (parents.length === 0) return () => undefined;
  const timer = setInterval(() => {
    if (parents.every(isRunning)) return;
    clearInterval(timer);
    gone();
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
