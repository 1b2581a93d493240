import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testKafka, testTopics, type TestTopics, until } from '#libs/testing';
import { type Admin, CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { CheckpointOutsideLog, CorruptRecords } from '../errors.js';
import { type BatchHandler, type Subscription } from '../event-log.js';
import { type StreamRecord } from '../records.js';
import { KafkaEventLog } from './event-log.js';
import { API, FaultProxy } from './fault-proxy.for-spec.js';
import { KafkaPublisher } from './publisher.js';

const PATIENCE = 60_000;
/** What the group would wait for a member that is silent. */
const SESSION_MS = 10_000;

let kafka: Kafka;
let topics: TestTopics;
let topic: string;
let proxy: FaultProxy;
let log: KafkaEventLog;
let publisher: KafkaPublisher;

beforeAll(() => {
  kafka = new Kafka({ brokers: [...testKafka().brokers], logLevel: logLevel.NOTHING });
});

beforeEach(async () => {
  topics = await testTopics(1, 1);
  topic = topics.names[0]!;
  proxy = await FaultProxy.before(testKafka().brokers);
  log = new KafkaEventLog(proxy.connection('spec'));
  publisher = new KafkaPublisher(proxy.connection('spec'));
}, PATIENCE);

afterEach(async () => {
  await log.close();
  await publisher.close();
  await proxy.close();
  await topics.drop();
}, PATIENCE);

/** A handler that keeps its own checkpoints and what it was given. */
class Keeper implements BatchHandler {
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

const publish = (...values: string[]): Promise<unknown> =>
  publisher.publish(values.map((value) => ({ topic, key: 'k', value, headers: {} })));
const consume = (handler: BatchHandler): Promise<Subscription> => log.consume({ group: topic, topic }, handler);
const handled = (keeper: Keeper, count: number): Promise<unknown> =>
  until(() => keeper.records.length >= count, { timeout: PATIENCE });

describe('a subscription in a bad network', () => {
  it(
    'goes on where it was when its connections died in silence (F04, K12)',
    async () => {
      const keeper = new Keeper();
      const subscription = await consume(keeper);
      await publish('1');
      await handled(keeper, 1);
      proxy.freeze();
      proxy.thaw();
      await publish('2', '3');
      await handled(keeper, 3);
      expect(keeper.values).toEqual(['1', '2', '3']);
      expect(subscription.alive()).toBe(true);
    },
    PATIENCE,
  );

  it(
    'goes on where it was after a reset in the middle of a fetch',
    async () => {
      const keeper = new Keeper();
      await consume(keeper);
      await publish('1');
      await handled(keeper, 1);
      proxy.resetDuring(API.fetch);
      await publish('2', '3');
      await handled(keeper, 3);
      expect(keeper.values).toEqual(['1', '2', '3']);
    },
    PATIENCE,
  );

  it(
    'fetches again what came damaged, and never hands it over (K9)',
    async () => {
      const keeper = new Keeper();
      await publish('x'.repeat(300));
      proxy.damageFetched(1);
      await consume(keeper);
      await handled(keeper, 1);
      expect(keeper.values).toEqual(['x'.repeat(300)]);
    },
    PATIENCE,
  );

  it(
    'ends with a name for it when the records stay damaged (F33)',
    async () => {
      const keeper = new Keeper();
      await publish('x'.repeat(300));
      proxy.damageFetched(Infinity);
      const subscription = await consume(keeper);
      expect(await subscription.ended).toBeInstanceOf(CorruptRecords);
      expect(keeper.values).toEqual([]);
      await expect(log.read({ topic })[Symbol.asyncIterator]().next()).rejects.toThrow(CorruptRecords);
    },
    PATIENCE,
  );
});

describe('a subscription', () => {
  it(
    'keeps its partitions while a handler takes longer than the session (K3, F17)',
    async () => {
      const before = proxy.passed(API.heartbeat);
      const keeper = new Keeper(() =>
        until(() => proxy.passed(API.heartbeat) > before + 11, { timeout: PATIENCE }).then(() => undefined),
      );
      await consume(keeper);
      await publish('1');
      await handled(keeper, 1);
      await publish('2');
      await handled(keeper, 2);
      expect(keeper.values).toEqual(['1', '2']);
      expect(keeper.resumed).toBe(1);
    },
    PATIENCE,
  );

  it(
    'stops when retention passes what is next (F10, K10)',
    async () => {
      let overtaken: Promise<unknown> | undefined;
      const keeper = new Keeper(async () => {
        overtaken ??= publish(...'23456789').then(() => deleteRecordsBefore(8));
        await overtaken;
      });
      await publish('0', '1');
      const subscription = await consume(keeper);
      expect(await subscription.ended).toBeInstanceOf(CheckpointOutsideLog);
      expect(keeper.values).toEqual(['0', '1']);
    },
    PATIENCE,
  );

  it(
    'takes the place of its predecessor at once, which crashed and never left the group (S13)',
    async () => {
      const [keeper, grave] = [new Keeper(), await FaultProxy.before(testKafka().brokers)];
      const crashed = new KafkaEventLog(grave.connection('spec', '4001'));
      await (await crashed.consume({ group: topic, topic }, keeper)).whenCaughtUp();
      grave.freeze();
      const successor = new KafkaEventLog(proxy.connection('spec', '4001'));
      await publish('1');
      await successor.consume({ group: topic, topic }, keeper);
      await until(() => keeper.records.length === 1, { timeout: SESSION_MS * 0.9 });
      await Promise.all([successor.close(), crashed.close()]);
      await grave.close();
    },
    PATIENCE,
  );

  it(
    'shows lag tools where it is, and does not care what is said there (F11)',
    async () => {
      const keeper = new Keeper();
      const first = await consume(keeper);
      await publish('1', '2', '3');
      await first.whenCaughtUp();
      await first.stop();
      expect(await committed()).toBe('3');
      await administer((admin) =>
        admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset: '1' }] }),
      );
      await publish('4');
      await (await consume(keeper)).whenCaughtUp();
      expect(keeper.values).toEqual(['1', '2', '3', '4']);
    },
    PATIENCE,
  );

  it(
    'passes over aborted records and the marks of transactions, also where nothing follows them',
    async () => {
      const keeper = new Keeper();
      const subscription = await consume(keeper);
      const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
      await producer.connect();
      for (const [value, commit] of [
        ['1', true],
        ['aborted', false],
        ['2', true],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: [{ key: 'k', value }] });
        await (commit ? transaction.commit() : transaction.abort());
        await subscription.whenCaughtUp();
      }
      await producer.disconnect();
      expect(keeper.values).toEqual(['1', '2']);
      expect(subscription.lag()).toEqual([{ partition: 0, nextOffset: 6, highWatermark: 6 }]);
      expect((await readAll()).map(({ value }) => value!.toString())).toEqual(['1', '2']);
    },
    PATIENCE,
  );

  it(
    'takes what other programs write: no key, no value, a header twice, compressed',
    async () => {
      const keeper = new Keeper();
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({
        topic,
        compression: CompressionTypes.GZIP,
        messages: [
          { key: null, value: null, headers: { twice: ['first', 'last'] } },
          { key: 'k', value: Buffer.from([0xff]), timestamp: '1700000000000' },
        ],
      });
      await producer.disconnect();
      await (await consume(keeper)).whenCaughtUp();
      const [first, second] = keeper.records;
      expect(first).toMatchObject({ key: null, value: null, headers: { twice: 'last' }, offset: 0 });
      expect(second).toMatchObject({
        value: Buffer.from([0xff]),
        timestamp: 1_700_000_000_000,
        headers: {},
        offset: 1,
      });
    },
    PATIENCE,
  );

  it(
    'stops at once although it waits for trouble to pass',
    async () => {
      const subscription = await consume(new Keeper(() => Promise.reject(new Error('the database is away'))));
      await publish('1');
      await until(() => subscription.assigned().length === 1, { timeout: PATIENCE });
      const started = performance.now();
      await subscription.stop();
      expect(performance.now() - started).toBeLessThan(3_000);
      expect(await subscription.ended).toBeUndefined();
    },
    PATIENCE,
  );
});

/** With an administrator of its own: one that knew a topic that is gone cannot ask anything any more. */
async function administer<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}

function deleteRecordsBefore(offset: number): Promise<void> {
  return administer(async (admin) => {
    await admin.fetchTopicOffsets(topic); // kafkajs finds the leader only after this
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  });
}

async function committed(): Promise<string | undefined> {
  const [offsets] = await administer((admin) => admin.fetchOffsets({ groupId: topic, topics: [topic] }));
  return offsets?.partitions[0]?.offset;
}

async function readAll(): Promise<StreamRecord[]> {
  const state = await log.topic(topic);
  const all: StreamRecord[] = [];
  for await (const part of log.read({ topic, until: new Map([[0, state!.partitions[0]!.high]]) })) all.push(...part);
  return all;
}
