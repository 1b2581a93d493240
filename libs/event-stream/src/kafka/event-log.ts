import {
  type BatchHandler,
  type ConsumerOptions,
  EventLog,
  type ReadOptions,
  type Subscription,
  type TopicState,
} from '../event-log.js';
import { type StreamRecord } from '../records.js';
import { type KafkaConnection } from './connection.js';
import { Control } from './control.js';
import { Reader } from './reader.js';
import { KafkaSubscription, WATCH_MS } from './subscription.js';

export interface KafkaEventLogOptions {
  /** Milliseconds without progress, though the broker answers, that end a subscription; default 30,000. */
  readonly stallMs?: number;
}

/** The log on Kafka. */
export class KafkaEventLog extends EventLog {
  private readonly control: Control;
  private readonly subscriptions = new Set<KafkaSubscription>();
  /** One timer watches all subscriptions: every wake-up of an idle process counts. */
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly settings: KafkaEventLogOptions = {},
  ) {
    super();
    this.control = new Control(connection);
  }

  /** Answers at once; the member joins, and joins again, for as long as it takes. */
  override consume(options: ConsumerOptions, handler: BatchHandler): Promise<Subscription> {
    const subscription = new KafkaSubscription(this.connection, this.control, options, handler, this.settings.stallMs);
    this.subscriptions.add(subscription);
    this.watch ??= setInterval(() => this.look(), WATCH_MS);
    void subscription.ended.then(() => this.forget(subscription));
    return Promise.resolve(subscription);
  }

  override read(options: ReadOptions): AsyncIterable<readonly StreamRecord[]> {
    return new Reader(this.connection, this.control, options).batches();
  }

  override topic(name: string): Promise<TopicState | undefined> {
    return this.control.topic(name);
  }

  override ping(): Promise<void> {
    return this.control.ping();
  }

  /** Stops what still runs, ends the connections. */
  override async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await this.control.close();
  }

  private look(): void {
    for (const subscription of this.subscriptions) void subscription.look();
  }

  private forget(subscription: KafkaSubscription): void {
    this.subscriptions.delete(subscription);
    if (this.subscriptions.size > 0) return;
    clearInterval(this.watch);
    this.watch = undefined;
  }
}
