import { setTimeout as delay } from 'node:timers/promises';
import { privateConfig } from '../config.js';
import { type Child, stopChild } from './child.js';
import { embeddedKafka } from './kafka.js';
import { LogFile, logPath } from './log-file.js';
import { freePort } from './ports.js';
import { embeddedPostgres } from './postgres.js';
import { type Program } from './program.js';

/** A broker or database of a spec's or a benchmark's own, which it may kill. */
export interface OwnServer {
  /** Of the running process, or of the last one. */
  readonly pid: number;
  /** Kills the process by SIGKILL and resolves when it is gone. What belongs to it and is no child of ours may outlive it. */
  kill9(): Promise<void>;
  /** Stops it cleanly. */
  stop(): Promise<void>;
  /** Starts it again on the same port and data, stopping it before where it runs; resolves when it serves. */
  restart(): Promise<void>;
}

/** Where a server keeps its data, and where it listens (a free port unless given). */
export interface ServerPlace {
  readonly home: string;
  readonly port?: number;
}

const READY_WITHIN_MS = 60_000;
const PROBE_EVERY_MS = 50;

/** An embedded broker, ready. Clients find it at `brokers`. */
export async function startKafka({ home, port }: ServerPlace): Promise<OwnServer & { readonly brokers: string }> {
  const { environment, cacheDir, mavenRepository } = privateConfig();
  const jars = { cacheDir, mavenRepository };
  const chosen = port ?? (await freePort());
  const program = await embeddedKafka({ home, port: chosen, jars, environment, say: () => undefined });
  return Object.assign(await serve(program, home), { brokers: program.brokers });
}

/** An embedded database, ready. */
export async function startPostgres({ home, port }: ServerPlace): Promise<OwnServer & { readonly url: string }> {
  const { environment } = privateConfig();
  const program = await embeddedPostgres({ home, port, environment });
  return Object.assign(await serve(program, home), { url: program.url });
}

async function serve(program: Program, home: string): Promise<OwnServer> {
  const server = new Server(program, new LogFile(logPath(home, program.name)));
  await server.restart();
  return server;
}

class Server implements OwnServer {
  private child: Child | undefined;
  private running = false;

  constructor(
    private readonly program: Program,
    private readonly log: LogFile,
  ) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async kill9(): Promise<void> {
    this.child?.signal('SIGKILL');
    await this.child?.exited;
  }

  async stop(): Promise<void> {
    if (this.child && this.running) await stopChild(this.child, this.program.stop);
  }

  async restart(): Promise<void> {
    await this.stop();
    const child = await this.program.launch(this.log);
    this.child = child;
    this.running = true;
    void child.exited.then(() => (this.running = this.child !== child && this.running));
    await this.whenReady(child);
  }

  private async whenReady(child: Child): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const trouble = await this.program.probe().then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (trouble === undefined) return;
      if (!this.running) throw new Error(`${this.program.name} ended: ${child.tail().join('\n')}`);
      if (performance.now() > deadline) throw new Error(`${this.program.name} is not ready: ${trouble}`);
      await delay(PROBE_EVERY_MS);
    }
  }
}
