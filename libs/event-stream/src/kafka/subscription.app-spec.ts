import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testKafka, until } from '#libs/testing';
import { type Admin, CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { CheckpointOutsideLog } from '../errors.js';
import { type StreamRecord } from '../records.js';
import { KafkaEventLog } from './event-log.js';
import { API, FaultProxy } from './fault-proxy.for-spec.js';
import { handled, Keeper, PATIENCE, SubscriptionScene } from './subscription-scene.for-spec.js';

/** What the group would wait for a member that is silent. */
const SESSION_MS = 10_000;

let kafka: Kafka;
let scene: SubscriptionScene;

beforeAll(() => {
  kafka = new Kafka({ brokers: [...testKafka().brokers], logLevel: logLevel.NOTHING });
});

beforeEach(async () => {
  scene = await SubscriptionScene.start();
}, PATIENCE);

afterEach(() => scene.end(), PATIENCE);

describe('a subscription', () => {
  it(
    'keeps its partitions while a handler takes longer than the session (K3, F17)',
    async () => {
      const before = scene.proxy.passed(API.heartbeat);
      const keeper = new Keeper(() =>
        until(() => scene.proxy.passed(API.heartbeat) > before + 11, { timeout: PATIENCE }).then(() => undefined),
      );
      await scene.consume(keeper);
      await scene.publish('1');
      await handled(keeper, 1);
      await scene.publish('2');
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
        overtaken ??= scene.publish(...'23456789').then(() => deleteRecordsBefore(8));
        await overtaken;
      });
      await scene.publish('0', '1');
      const subscription = await scene.consume(keeper);
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
      await (await scene.consume(keeper, crashed)).whenCaughtUp();
      grave.freeze();
      const successor = new KafkaEventLog(scene.proxy.connection('spec', '4001'));
      await scene.publish('1');
      await scene.consume(keeper, successor);
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
      const first = await scene.consume(keeper);
      await scene.publish('1', '2', '3');
      await first.whenCaughtUp();
      await first.stop();
      expect(await committed()).toBe('3');
      await administer((admin) =>
        admin.setOffsets({ groupId: scene.topic, topic: scene.topic, partitions: [{ partition: 0, offset: '1' }] }),
      );
      await scene.publish('4');
      await (await scene.consume(keeper)).whenCaughtUp();
      expect(keeper.values).toEqual(['1', '2', '3', '4']);
    },
    PATIENCE,
  );

  it(
    'passes over aborted records and the marks of transactions, also where nothing follows them',
    async () => {
      const keeper = new Keeper();
      const subscription = await scene.consume(keeper);
      const producer = kafka.producer({ transactionalId: scene.topic, maxInFlightRequests: 1, idempotent: true });
      await producer.connect();
      for (const [value, commit] of [
        ['1', true],
        ['aborted', false],
        ['2', true],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic: scene.topic, messages: [{ key: 'k', value }] });
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
        topic: scene.topic,
        compression: CompressionTypes.GZIP,
        messages: [
          { key: null, value: null, headers: { twice: ['first', 'last'] } },
          { key: 'k', value: Buffer.from([0xff]), timestamp: '1700000000000' },
        ],
      });
      await producer.disconnect();
      await (await scene.consume(keeper)).whenCaughtUp();
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
    'rests where it was told to, and then hands over at once what came meanwhile',
    async () => {
      const restMs = 3_000;
      let batches = 0;
      const keeper = new Keeper(() => {
        batches += 1;
        return Promise.resolve();
      });
      await scene.log.consume({ group: scene.topic, topic: scene.topic, restMs }, keeper);
      await scene.publish('1');
      await handled(keeper, 1);
      await scene.publish('2');
      await scene.publish('3');
      await handled(keeper, 3);
      expect(keeper.values).toEqual(['1', '2', '3']);
      expect(batches).toBe(2);
    },
    PATIENCE,
  );

  it(
    'stops at once although it waits for trouble to pass',
    async () => {
      const subscription = await scene.consume(new Keeper(() => Promise.reject(new Error('the database is away'))));
      await scene.publish('1');
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
    await admin.fetchTopicOffsets(scene.topic); // kafkajs finds the leader only after this
    await admin.deleteTopicRecords({ topic: scene.topic, partitions: [{ partition: 0, offset: String(offset) }] });
  });
}

async function committed(): Promise<string | undefined> {
  const [offsets] = await administer((admin) => admin.fetchOffsets({ groupId: scene.topic, topics: [scene.topic] }));
  return offsets?.partitions[0]?.offset;
}

async function readAll(): Promise<StreamRecord[]> {
  const state = await scene.log.topic(scene.topic);
  const all: StreamRecord[] = [];
  for await (const part of scene.log.read({ topic: scene.topic, until: new Map([[0, state!.partitions[0]!.high]]) }))
    all.push(...part);
  return all;
}
