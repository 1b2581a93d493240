import { backoff, crashpoint, doubling } from '#libs/core';
import { type EventPublisher } from '#libs/event-stream';
import { outboxDepth, type OutboxRow, SHARDS, type Store } from '#libs/store';
import { type Log } from '../logging/log.js';
import { Bell } from './bell.js';
import { type MetricsPort, outboxMetrics } from './metrics.js';
import { RelaySession } from './relay-session.js';

/** Publishes what transactions put into the outbox. */
export abstract class OutboxRelay {
  /** Something was committed, in these shards (absent: in any). Never waits, never throws. */
  abstract wake(shards?: ReadonlySet<number>): void;
  /** Resolves when all that was committed before the call is on the log. @throws when the relay is stopped before */
  abstract whenDrained(): Promise<void>;
}

export interface RelayOptions {
  readonly store: Store;
  readonly publisher: EventPublisher;
  readonly log: Log;
  readonly metrics: MetricsPort;
  /** What `stop` waits for the log, in milliseconds; 5 s unless said otherwise. */
  readonly stopGrace?: number;
}

/** A look without being woken: for what a process committed that died before it could tell. */
const IDLE = 2_000;
const WAITED_FOR = 20;
const DEPTH_LIMIT = 100_000;
const RETRIES = doubling(100, 5_000);
const STOP_GRACE = 5_000;

/**
 * The relay of one process. It owns shards by locks of the session with which it reads, publishes their rows in order of
 * id with one call outstanding, and deletes them once the log has them (ADR 4). After a crash the rows that are left go
 * first, with the same ids. Both the log and the database may go away and come back.
 */
export class StoreOutboxRelay extends OutboxRelay {
  private readonly bell = new Bell();
  private readonly metrics;
  private readonly waiters = new Set<{ resolve(): void; reject(error: Error): void; since: number }>();
  private session: RelaySession | undefined;
  private pass = 0;
  private failures = 0;
  private ending = false;
  private stopping = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: RelayOptions) {
    super();
    this.metrics = outboxMetrics(options.metrics, () => outboxDepth(options.store, DEPTH_LIMIT));
  }

  start(): void {
    this.running ??= this.run();
  }

  wake(shards?: ReadonlySet<number>): void {
    if (shards !== undefined) this.session?.tellOwners(shards);
    this.bell.ring();
  }

  whenDrained(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.stopping) return reject(new Error('the outbox relay is stopped'));
      this.waiters.add({ resolve, reject, since: this.pass });
      this.bell.ring();
    });
  }

  /** Whether the last pass reached both the database and the log. */
  healthy(): boolean {
    return this.failures === 0;
  }

  /** Publishes what is there, for at most 5 s, and gives the shards back. */
  async stop(): Promise<void> {
    this.ending = true;
    this.bell.ring();
    const grace = setTimeout(() => this.abandon(), this.options.stopGrace ?? STOP_GRACE);
    await this.running;
    clearTimeout(grace);
    this.abandon();
  }

  private abandon(): void {
    this.stopping = true;
    for (const waiter of this.waiters) waiter.reject(new Error('the outbox relay is stopped'));
    this.waiters.clear();
    this.bell.ring();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const published = await this.once();
        this.recovered();
        if (published) continue;
        if (this.ending) break;
        await this.bell.wait(this.waiters.size > 0 ? WAITED_FOR : IDLE);
      } catch (error) {
        await this.failed(error);
      }
    }
    await this.session?.close();
  }

  /** One pass: what is there now. False when there was nothing. */
  private async once(): Promise<boolean> {
    this.pass += 1;
    const session = await this.connected();
    const rows = await session.next();
    if (rows.length > 0) await this.publish(session, rows);
    else await this.settle(session);
    return rows.length > 0;
  }

  private async publish(session: RelaySession, rows: readonly OutboxRow[]): Promise<void> {
    crashpoint('relay.before-publish');
    await this.options.publisher.publish(
      rows.map(({ topic, key, headers, value }) => ({ topic, key: key.toString('utf8'), headers, value })),
    );
    crashpoint('relay.after-publish');
    await session.done(rows);
    this.metrics.published.inc({}, rows.length);
  }

  /** Nothing left in the shards of this relay: whoever waited since before this pass is answered, unless others have more. */
  private async settle(session: RelaySession): Promise<void> {
    const waiting = [...this.waiters].filter((waiter) => waiter.since < this.pass);
    if (waiting.length === 0) return;
    if (session.owned.size < SHARDS && (await outboxDepth(session, 1)) > 0) return;
    for (const waiter of waiting) {
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }

  private async connected(): Promise<RelaySession> {
    if (this.session?.lost) {
      await this.session.close();
      this.session = undefined;
    }
    this.session ??= await RelaySession.open(this.options.store, () => this.bell.ring());
    return this.session;
  }

  private async failed(error: unknown): Promise<void> {
    this.metrics.failures.inc({});
    if (this.failures === 0) this.options.log.warn({ err: error }, 'outbox: not published, trying again');
    const wait = backoff(RETRIES, this.failures, Math.random());
    this.failures += 1;
    const until = performance.now() + wait;
    while (!this.stopping && performance.now() < until) await this.bell.wait(until - performance.now());
  }

  private recovered(): void {
    if (this.failures > 0) this.options.log.info({ failures: this.failures }, 'outbox: publishing again');
    this.failures = 0;
  }
}
