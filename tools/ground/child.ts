import { type ChildProcess, spawn } from 'node:child_process';
import { type LineSink } from './log-file.js';

/** How a process ended; one of the two is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running child process. */
export interface Child {
  readonly pid: number;
  /** Resolves once, when the process is gone; never rejects. */
  readonly exited: Promise<Exit>;
  /** Sends a signal; nothing happens when the process is gone. */
  signal(signal: NodeJS.Signals): void;
  /** The last lines it wrote, oldest first. */
  tail(): readonly string[];
}

/** What to run. The environment is the whole one: nothing is inherited. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Opens a channel whose end tells a Node child that its parent is gone, also after SIGKILL. */
  readonly ipc?: boolean;
  readonly uid?: number;
  readonly gid?: number;
  /** Gets the process's output, line by line. */
  readonly log: LineSink;
}

const TAIL_LINES = 20;
const LAST_LINES_MS = 200;

/**
 * Starts a process in a session of its own: Ctrl-C in the terminal reaches only the supervisor, which stops its children in order.
 * @throws the system's error when the program cannot be started
 */
export async function launch(what: Launch): Promise<Child> {
  const child = spawn(what.command, [...what.args], {
    env: what.env,
    detached: true,
    stdio: what.ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    ...(what.cwd === undefined ? {} : { cwd: what.cwd }),
    ...(what.uid === undefined ? {} : { uid: what.uid }),
    ...(what.gid === undefined ? {} : { gid: what.gid }),
  });
  const tail: string[] = [];
  readLines(child, (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    what.log.line(line);
  });
  const exited = endOf(child);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.on('error', () => undefined);
  return { pid: child.pid ?? 0, exited, signal: (signal) => void child.kill(signal), tail: () => tail };
}

/**
 * The process's end, with its last lines read. Its output closes right after it, unless a descendant still holds it open
 * (a backend of a killed database server does): that is not waited for.
 */
function endOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const timer = setTimeout(resolve, LAST_LINES_MS, { code, signal });
      child.once('close', () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
  });
}

function readLines(child: ChildProcess, take: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    });
    stream?.on('end', () => {
      if (rest !== '') take(rest);
    });
    stream?.on('error', () => undefined);
  }
}

/** How a program wants to be stopped: first politely, then not. */
export interface StopManner {
  readonly signal: NodeJS.Signals;
  /** Milliseconds it may take. */
  readonly graceMs: number;
}

/** Stops a child and waits for its end; SIGKILL when it takes longer than the grace. */
export async function stopChild(child: Child, { signal, graceMs }: StopManner): Promise<Exit> {
  child.signal(signal);
  const timer = setTimeout(() => child.signal('SIGKILL'), graceMs);
  return child.exited.finally(() => clearTimeout(timer));
}

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
