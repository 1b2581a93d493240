import { backoff, crashpoint, doubling } from '#libs/core';
import { type EventPublisher } from '#libs/event-stream';
import { outboxDepth, type OutboxRow } from '#libs/store';
import { type Log } from '../logging/log.js';
import { Bell } from './bell.js';
import { type outboxMetrics } from './metrics.js';
import { type RelaySession } from './relay-session.js';

export interface LaneOptions {
  readonly shards: readonly number[];
  readonly publisher: EventPublisher;
  readonly log: Log;
  readonly metrics: ReturnType<typeof outboxMetrics>;
  /** Milliseconds between two looks without being woken, while it owns its shards. */
  readonly idle: number;
  /** A session that is alive. @throws when there is no database */
  connected(): Promise<RelaySession>;
}

const WAITED_FOR = 20;
/** While another process owns shards: it may die. */
const UNOWNED = 1_000;
const RETRIES = doubling(100, 5_000);

/** Publishes the rows of some shards in order of id, one call outstanding, and deletes what the log has. */
export class RelayLane {
  readonly bell = new Bell();
  private readonly waiters = new Set<{ resolve(): void; reject(error: Error): void; since: number }>();
  private pass = 0;
  private failures = 0;
  private ending = false;
  private abandoned = false;

  constructor(private readonly options: LaneOptions) {}

  get healthy(): boolean {
    return this.failures === 0;
  }

  whenDrained(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.abandoned) return reject(new Error('the outbox relay is stopped'));
      this.waiters.add({ resolve, reject, since: this.pass });
      this.bell.ring();
    });
  }

  /** Ends the run once nothing is left. */
  finish(): void {
    this.ending = true;
    this.bell.ring();
  }

  /** Ends the run after the pass that is on. */
  abandon(): void {
    this.abandoned = true;
    for (const waiter of this.waiters) waiter.reject(new Error('the outbox relay is stopped'));
    this.waiters.clear();
    this.bell.ring();
  }

  async run(): Promise<void> {
    while (!this.abandoned) {
      try {
        const published = await this.once();
        this.recovered();
        if (published) continue;
        if (this.ending) return;
        await this.bell.wait(await this.patience());
      } catch (error) {
        await this.failed(error);
      }
    }
  }

  /** Milliseconds until the next look without being woken. */
  private async patience(): Promise<number> {
    if (this.waiters.size > 0) return WAITED_FOR;
    const session = await this.options.connected();
    return session.owns(this.options.shards) ? this.options.idle : UNOWNED;
  }

  /** One pass: what is there now. False when there was nothing. */
  private async once(): Promise<boolean> {
    this.pass += 1;
    const session = await this.options.connected();
    const rows = await session.next(this.options.shards);
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
    this.options.metrics.published.inc({}, rows.length);
  }

  /** Nothing left in the shards of this process: whoever waited since before this pass is answered, unless others have more. */
  private async settle(session: RelaySession): Promise<void> {
    const { shards } = this.options;
    const waiting = [...this.waiters].filter((waiter) => waiter.since < this.pass);
    if (waiting.length === 0) return;
    if (!session.owns(shards) && (await outboxDepth(session, 1, shards)) > 0) return;
    for (const waiter of waiting) {
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }

  private async failed(error: unknown): Promise<void> {
    const { metrics, log, shards } = this.options;
    metrics.failures.inc({});
    if (this.failures === 0) log.warn({ err: error, shards }, 'outbox: not published, trying again');
    const until = performance.now() + backoff(RETRIES, this.failures, Math.random());
    this.failures += 1;
    while (!this.abandoned && performance.now() < until) await this.bell.wait(until - performance.now());
  }

  private recovered(): void {
    if (this.failures > 0) this.options.log.info({ failures: this.failures }, 'outbox: publishing again');
    this.failures = 0;
  }
}
