import { testKafka, testTopics, type TestTopics, until } from '#libs/testing';
import { type BatchHandler, type Subscription } from '../event-log.js';
import { type StreamRecord } from '../records.js';
import { KafkaEventLog } from './event-log.js';
import { FaultProxy } from './fault-proxy.for-spec.js';
import { KafkaPublisher } from './publisher.js';

export const PATIENCE = 60_000;

/** A handler that keeps its own checkpoints and what it was given. */
export class Keeper implements BatchHandler {
  readonly records: StreamRecord[] = [];
  readonly checkpoints = new Map<number, number>();
  resumed = 0;

  constructor(private readonly before: (heartbeat: () => Promise<void>) => Promise<void> = () => Promise.resolve()) {}

  resumeFrom(): Promise<ReadonlyMap<number, number>> {
    this.resumed += 1;
    return Promise.resolve(this.checkpoints);
  }

  async handle(
    batch: Parameters<BatchHandler['handle']>[0],
    { heartbeat }: { heartbeat(): Promise<void> },
  ): Promise<number> {
    await this.before(heartbeat);
    this.records.push(...batch.records);
    this.checkpoints.set(batch.partition, batch.nextOffset);
    return batch.nextOffset;
  }

  get values(): string[] {
    return this.records.map(({ value }) => value?.toString() ?? 'null');
  }
}

/** A topic of one partition, and a log and a publisher that reach their broker through a network that can be spoiled. */
export class SubscriptionScene {
  private constructor(
    private readonly topics: TestTopics,
    readonly proxy: FaultProxy,
    readonly log: KafkaEventLog,
    private readonly publisher: KafkaPublisher,
  ) {}

  static async start(): Promise<SubscriptionScene> {
    const topics = await testTopics(1, 1);
    const proxy = await FaultProxy.before(testKafka().brokers);
    const publisher = new KafkaPublisher(proxy.connection('spec'));
    return new SubscriptionScene(topics, proxy, new KafkaEventLog(proxy.connection('spec')), publisher);
  }

  async end(): Promise<void> {
    await this.log.close();
    await this.publisher.close();
    await this.proxy.close();
    await this.topics.drop();
  }

  get topic(): string {
    return this.topics.names[0]!;
  }

  publish(...values: string[]): Promise<unknown> {
    return this.publisher.publish(values.map((value) => ({ topic: this.topic, key: 'k', value, headers: {} })));
  }

  consume(handler: BatchHandler, log = this.log): Promise<Subscription> {
    return log.consume({ group: this.topic, topic: this.topic }, handler);
  }
}

export function handled(keeper: Keeper, count: number): Promise<unknown> {
  return until(() => keeper.records.length >= count, { timeout: PATIENCE });
}
