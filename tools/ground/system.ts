import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { privateConfig } from '../config.js';
import { type InstanceFile, readInstanceFile } from '../supervisor/instance-file.js';
import { type Child, type Exit, describeExit, launch, stopChild } from './child.js';
import { freePort } from './ports.js';
import { signalProcess } from './own-processes.js';
import { repositoryRoot } from './repository.js';

/** What a system is started with. */
export interface SystemOptions {
  readonly home: string;
  /** The origin; with those after it free. Undefined: a free block. */
  readonly port?: number;
  readonly kafkaPort?: number;
  /** More variables. KAFKA_BROKERS and DATABASE_URL are taken from here alone: a system has its own unless told otherwise. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A whole installation, started as `npm start` starts it. */
export interface RunningSystem {
  readonly url: string;
  readonly home: string;
  readonly port: number;
  readonly kafkaPort: number;
  readonly adminToken: string;
  /** The start process itself. */
  readonly pid: number;
  /** Resolves when the start process is gone. */
  readonly exited: Promise<Exit>;
  /** Name (`ingestion`, `delivery-slack`, `kafka` ...) to pid, of those that run now. */
  pids(): Readonly<Record<string, number>>;
  /** Kills one by SIGKILL and resolves when another process has taken its place and is ready. */
  killAndWait(name: string): Promise<void>;
  /** The port a service listens on: the origin's plus its offset. */
  portOf(offset: number): number;
  /** Everything the start process printed. */
  output(): string;
  /** Sends SIGTERM and resolves with the exit. */
  stop(): Promise<Exit>;
}

const READY_WITHIN_MS = 120_000;
const BACK_WITHIN_MS = 60_000;
const STOP_MS = 30_000;
const POLL_MS = 50;
const PORTS = 20;

/**
 * Starts the whole and resolves when it is ready. It ends with the process that started it, also when that is killed.
 * @throws Error with everything printed when it ends or takes too long before
 */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const port = options.port ?? (await freePort(PORTS));
  const kafkaPort = options.kafkaPort ?? (await freePort());
  const lines: string[] = [];
  mkdirSync(options.home, { recursive: true });
  const child = await launch({
    command: process.execPath,
    args: [path.join(repositoryRoot, 'tools', 'start.mjs')],
    env: systemEnvironment(options, port, kafkaPort),
    cwd: repositoryRoot,
    log: { line: (line) => lines.push(line) },
  });
  const output = (): string => lines.join('\n');
  await whenReady(child, output);
  return {
    url: `http://127.0.0.1:${port}`,
    home: options.home,
    port,
    kafkaPort,
    adminToken:
      options.env?.['TOCSIN_ADMIN_TOKEN'] ?? readFileSync(path.join(options.home, 'admin-token'), 'utf8').trim(),
    pid: child.pid,
    exited: child.exited,
    pids: () => pidsOf(readInstanceFile(options.home)),
    killAndWait: (name) => killAndWait(options.home, name),
    portOf: (offset) => port + offset,
    output,
    stop: () => stopChild(child, { signal: 'SIGTERM', graceMs: STOP_MS }),
  };
}

/** As under npm: whoever starts it is watched, and its end is the system's end. */
function systemEnvironment({ home, env }: SystemOptions, port: number, kafkaPort: number): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, ...inherited } = privateConfig().environment;
  const own = { TOCSIN_HOME: home, PORT: String(port), KAFKA_PORT: String(kafkaPort), npm_lifecycle_event: 'start' };
  return { ...inherited, ...own, ...env };
}

async function whenReady(child: Child, output: () => string): Promise<void> {
  let exit: Exit | undefined;
  void child.exited.then((ended) => (exit = ended));
  await until(
    () => output().includes('Tocsin is ready: '),
    READY_WITHIN_MS,
    () => `the system is not ready:\n${output()}`,
    () => {
      if (exit) throw new Error(`the start ended with ${describeExit(exit)}:\n${output()}`);
    },
  );
}

async function killAndWait(home: string, name: string): Promise<void> {
  const pid = pidsOf(readInstanceFile(home))[name];
  if (pid === undefined) throw new Error(`${name} does not run`);
  signalProcess(pid, 'SIGKILL');
  const isBack = (): boolean => {
    const now = readInstanceFile(home)?.processes[name];
    return now?.state === 'ready' && now.pid !== pid;
  };
  await until(isBack, BACK_WITHIN_MS, () => `${name} is not back`);
}

function pidsOf(instanceFile: InstanceFile | undefined): Record<string, number> {
  const entries = Object.entries(instanceFile?.processes ?? {});
  return Object.fromEntries(entries.flatMap(([name, { pid }]) => (pid === null ? [] : [[name, pid] as const])));
}

async function until(
  holds: () => boolean,
  withinMs: number,
  message: () => string,
  check = (): void => undefined,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    check();
    if (performance.now() > deadline) throw new Error(message());
    await delay(POLL_MS);
  }
}
