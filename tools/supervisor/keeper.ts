import { setTimeout as delay } from 'node:timers/promises';
import { type Child, type Exit, describeExit, stopChild } from '../ground/child.js';
import { type LineSink } from '../ground/log-file.js';
import { CannotStartError, type Program } from '../ground/program.js';

/** What a kept program is doing. */
export type KeeperState = 'starting' | 'ready' | 'waiting' | 'stopped';

/** Timing of a keeper, milliseconds. */
export interface KeeperTiming {
  readonly probeEveryMs: number;
  /** A program that is not ready in this time is killed and started again. */
  readonly readyWithinMs: number;
  /** The wait before the n-th start in a row; the last one goes on. The first are short: a killed program is back at once. */
  readonly backoffMs: readonly number[];
  /** Ready for so long, it counts as healthy again. */
  readonly healthyAfterMs: number;
  /** So many failures before it was ever ready end the start. */
  readonly firstTries: number;
}

const TIMING: KeeperTiming = {
  probeEveryMs: 100,
  readyWithinMs: 60_000,
  backoffMs: [0, 500, 1000, 2000, 4000, 8000],
  healthyAfterMs: 60_000,
  firstTries: 3,
};

/** A child that says so by this code (EX_CONFIG) was told something wrong: its last line says what. */
const WRONG_CONFIGURATION = 78;

/** What a keeper tells its owner. */
export interface KeeperEvents {
  say(line: string): void;
  /** After every change of state or process. */
  changed(): void;
}

/** Keeps one program running: starts it, waits until it is ready, starts it again with a back-off whenever it ends. */
export class Keeper {
  /** Resolves when it is ready for the first time; rejects with a CannotStartError when it will not get there. */
  readonly firstReady: Promise<void>;
  private child: Child | undefined;
  private current: KeeperState = 'starting';
  private failures = 0;
  private wasReady = false;
  private readonly ending = new AbortController();
  private readonly running: Promise<void>;
  private settle!: { resolve(): void; reject(error: Error): void };

  constructor(
    readonly program: Program,
    private readonly log: LineSink,
    private readonly events: KeeperEvents,
    private readonly timing: KeeperTiming = TIMING,
  ) {
    this.firstReady = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    this.firstReady.catch(() => undefined);
    this.running = this.run();
  }

  get state(): KeeperState {
    return this.current;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Stops the program in its own manner and does not start it again. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.ending.abort();
    if (this.child) await stopChild(this.child, this.program.stop);
    await this.running;
  }

  /** Ends the program without waiting for its own manner. */
  async stopAtOnce(): Promise<void> {
    this.ending.abort();
    if (this.child) await stopChild(this.child, { signal: this.program.stopAtOnce, graceMs: 1000 });
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const failure = await this.runOnce();
      if (this.ending.signal.aborted) break;
      if (!this.wasReady && (failure.final || this.failures >= this.timing.firstTries)) {
        this.settle.reject(new CannotStartError(failure.message));
        break;
      }
      const pause = this.timing.backoffMs[Math.min(this.failures, this.timing.backoffMs.length) - 1] ?? 0;
      this.events.say(`${this.program.name}: ${failure.reason}; starting again${pause ? ` in ${pause / 1000} s` : ''}`);
      this.become('waiting');
      await delay(pause, undefined, { signal: this.ending.signal }).catch(() => undefined);
    }
    this.become('stopped');
  }

  /** One life of the program, from its start to its end. */
  private async runOnce(): Promise<Failure> {
    this.become('starting');
    const child = await this.program.launch(this.log).catch((error: Error) => error);
    if (child instanceof Error) {
      this.failures += 1;
      return { reason: child.message, message: child.message, final: child instanceof CannotStartError };
    }
    this.child = child;
    if (this.ending.signal.aborted) void stopChild(child, this.program.stop);
    this.events.changed();
    const readyAt = await this.waitUntilReady(child);
    const exit = await child.exited;
    this.child = undefined;
    const healthy = readyAt !== undefined && performance.now() - readyAt >= this.timing.healthyAfterMs;
    this.failures = healthy ? 1 : this.failures + 1;
    return describeFailure(this.program.name, child, exit);
  }

  private async waitUntilReady(child: Child): Promise<number | undefined> {
    const ended = new AbortController();
    void child.exited.then(() => ended.abort());
    const deadline = performance.now() + this.timing.readyWithinMs;
    while (!ended.signal.aborted && !this.ending.signal.aborted) {
      const trouble = await this.program.probe().then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (ended.signal.aborted || this.ending.signal.aborted) return undefined;
      if (trouble === undefined) return this.becomeReady();
      if (performance.now() > deadline) {
        this.events.say(`${this.program.name}: not ready in ${this.timing.readyWithinMs / 1000} s (${trouble})`);
        child.signal('SIGKILL');
        return undefined;
      }
      await delay(this.timing.probeEveryMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
    return undefined;
  }

  private becomeReady(): number {
    if (this.wasReady) this.events.say(`${this.program.name}: ready again`);
    this.wasReady = true;
    this.become('ready');
    this.settle.resolve();
    return performance.now();
  }

  private become(state: KeeperState): void {
    this.current = state;
    this.events.changed();
  }
}

interface Failure {
  /** For the line about the next start. */
  readonly reason: string;
  /** For the end of the whole start. */
  readonly message: string;
  readonly final: boolean;
}

function describeFailure(name: string, child: Child, exit: Exit): Failure {
  const reason = `ended (${describeExit(exit)})`;
  if (exit.code === WRONG_CONFIGURATION)
    return { reason, message: child.tail().at(-1) ?? `${name} ${reason}`, final: true };
  return { reason, message: [...child.tail(), `${name} ${reason} before it was ready`].join('\n'), final: false };
}
