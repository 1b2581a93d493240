import { type EventPublisher } from '#libs/event-stream';
import { ASIDE, outboxDepth, SHARDS, type Store } from '#libs/store';
import { type Log } from '../logging/log.js';
import { type MetricsPort, outboxMetrics } from './metrics.js';
import { RelayLane } from './relay-lane.js';
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
const IDLE_ASIDE = 5_000;
const DEPTH_LIMIT = 100_000;
const STOP_GRACE = 5_000;

/**
 * The relay of one process. It owns shards by locks of the session with which it reads, publishes their rows in order of
 * id, and deletes them once the log has them (ADR 4). After a crash the rows that are left go first, with the same ids.
 * Both the log and the database may go away and come back. Dead letters have a lane of their own: where their topic does
 * not take them, events still flow.
 */
export class StoreOutboxRelay extends OutboxRelay {
  private readonly lanes: readonly RelayLane[];
  private session: RelaySession | undefined;
  private connecting: Promise<RelaySession> | undefined;
  private running: Promise<unknown> | undefined;

  constructor(private readonly options: RelayOptions) {
    super();
    const { store, publisher, log } = options;
    const metrics = outboxMetrics(options.metrics, () => outboxDepth(store, DEPTH_LIMIT));
    const connected = () => this.connected();
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    this.lanes = [
      new RelayLane({ shards, idle: IDLE, publisher, log, metrics, connected }),
      new RelayLane({ shards: [ASIDE], idle: IDLE_ASIDE, publisher, log, metrics, connected }),
    ];
  }

  start(): void {
    this.running ??= Promise.all(this.lanes.map((lane) => lane.run()));
  }

  wake(shards?: ReadonlySet<number>): void {
    if (shards !== undefined) this.session?.tellOwners(shards);
    const [events, aside] = this.lanes as readonly [RelayLane, RelayLane];
    if (shards?.has(ASIDE) !== false) aside.bell.ring();
    events.bell.ring();
  }

  async whenDrained(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.whenDrained()));
  }

  /** Whether the last passes reached both the database and the log. */
  healthy(): boolean {
    return this.lanes.every((lane) => lane.healthy);
  }

  /** Publishes what is there, for at most 5 s, and gives the shards back. */
  async stop(): Promise<void> {
    for (const lane of this.lanes) lane.finish();
    const grace = setTimeout(() => this.abandon(), this.options.stopGrace ?? STOP_GRACE);
    await this.running;
    clearTimeout(grace);
    this.abandon();
    await this.session?.close();
  }

  private abandon(): void {
    for (const lane of this.lanes) lane.abandon();
  }

  /** The session of both lanes; a lost one is replaced. */
  private connected(): Promise<RelaySession> {
    if (this.session && !this.session.lost) return Promise.resolve(this.session);
    this.connecting ??= this.reconnect().finally(() => (this.connecting = undefined));
    return this.connecting;
  }

  private async reconnect(): Promise<RelaySession> {
    await this.session?.close();
    this.session = undefined;
    this.session = await RelaySession.open(this.options.store, () => this.wake());
    return this.session;
  }
}
