import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testKafka, testTopics, type TestTopics, until } from '#libs/testing';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { BackPressureError, PublishError } from '../publisher.js';
import { type OutgoingRecord, type Position } from '../records.js';
import { KafkaConnection } from './connection.js';
import { KafkaEventLog } from './event-log.js';
import { API, FaultProxy } from './fault-proxy.for-spec.js';
import { KafkaPublisher, type KafkaPublisherOptions } from './publisher.js';

const PATIENCE = 30_000;

let topics: TestTopics;
let topic: string;
let admin: Admin;
let log: KafkaEventLog;
let proxy: FaultProxy;
const publishers: KafkaPublisher[] = [];

beforeAll(async () => {
  admin = new Kafka({ brokers: [...testKafka().brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  log = new KafkaEventLog(new KafkaConnection({ ...testKafka(), clientId: 'spec' }));
}, PATIENCE);

beforeEach(async () => {
  topics = await testTopics(1, 3);
  topic = topics.names[0]!;
  proxy = await FaultProxy.before(testKafka().brokers);
}, PATIENCE);

afterEach(async () => {
  await Promise.all(publishers.splice(0).map((publisher) => publisher.close()));
  await proxy.close();
  await topics.drop();
}, PATIENCE);

afterAll(async () => {
  await log.close();
  await admin.disconnect();
}, PATIENCE);

const publisherOf = (options: KafkaPublisherOptions = {}): KafkaPublisher => {
  const publisher = new KafkaPublisher(proxy.connection('spec'), options);
  publishers.push(publisher);
  return publisher;
};
const record = (value: string, key = value): OutgoingRecord => ({ topic, key, value, headers: {} });
const placeOf = ({ partition, offset }: Position): string => `${partition}/${offset}`;

/** What lies on the topic: place to value. */
async function stored(): Promise<Map<string, string>> {
  const ends = new Map((await log.topic(topic))!.partitions.map(({ partition, high }) => [partition, high]));
  const found = new Map<string, string>();
  for await (const records of log.read({ topic, until: ends })) {
    for (const each of records) found.set(placeOf(each), each.value!.toString());
  }
  return found;
}

/** Publishes one record after the other, several callers at once; answers place to value of those acknowledged. */
async function load(publisher: KafkaPublisher, count: number, callers: number): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const value = String(next++);
      const [position] = await publisher.publish([record(value)]);
      acknowledged.set(placeOf(position!), value);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return acknowledged;
}

describe('a publisher in a bad network', () => {
  it(
    'loses and doubles nothing when the answer to a request is lost (F07)',
    async () => {
      const publisher = publisherOf();
      await publisher.publish([record('first')]);
      proxy.swallowAnswer(API.produce);
      const acknowledged = await load(publisher, 500, 20);
      const found = await stored();
      found.delete([...found].find(([, value]) => value === 'first')![0]);
      expect(found).toEqual(acknowledged);
      expect(acknowledged.size).toBe(500);
    },
    PATIENCE,
  );

  it(
    'sends again what broke off in the middle, once in effect (F06)',
    async () => {
      const publisher = publisherOf();
      await publisher.publish([record('first')]);
      proxy.resetDuring(API.produce);
      const acknowledged = await load(publisher, 100, 10);
      expect([...(await stored()).values()].sort()).toEqual([...acknowledged.values(), 'first'].sort());
    },
    PATIENCE,
  );

  it(
    'finds a new way when the old one died in silence (F04)',
    async () => {
      const publisher = publisherOf({ deadlineMs: 20_000 });
      await publisher.publish([record('first')]);
      proxy.freeze();
      const published = publisher.publish([record('second')]);
      proxy.thaw();
      await published;
      expect([...(await stored()).values()].sort()).toEqual(['first', 'second']);
    },
    PATIENCE,
  );

  it(
    'notices a dead way while nothing is published (K13)',
    async () => {
      const publisher = publisherOf({ refreshMs: 100 });
      await publisher.publish([record('first')]);
      const before = proxy.passed(API.metadata);
      await until(() => proxy.passed(API.metadata) > before + 1);
    },
    PATIENCE,
  );

  it(
    'tells the caller in time, goes on by itself, and sends nothing of calls that failed meanwhile',
    async () => {
      const publisher = publisherOf({ deadlineMs: 300 });
      await publisher.publish([record('first')]);
      proxy.freeze();
      await expect(publisher.publish([record('in doubt')])).rejects.toThrow(PublishError);
      await expect(publisher.publish([record('given up')])).rejects.toThrow('within 300 ms');
      proxy.thaw();
      await until(() => publisher.publish([record('last')]).then(() => true), { timeout: PATIENCE });
      const values = [...(await stored()).values()];
      expect(values).toEqual(expect.arrayContaining(['first', 'last']));
      expect(values).not.toContain('given up');
      expect(values.filter((value) => value === 'in doubt').length).toBeLessThanOrEqual(1);
    },
    PATIENCE,
  );
});

describe('a publisher', () => {
  it(
    'gathers what comes while a request is under way, one request at a time',
    async () => {
      const publisher = publisherOf();
      await publisher.publish([record('first')]);
      const before = proxy.passed(API.produce);
      proxy.delay(20);
      await load(publisher, 300, 30);
      expect(proxy.passed(API.produce) - before).toBeLessThan(300 / 10);
    },
    PATIENCE,
  );

  it(
    'splits a large call over requests and keeps its order',
    async () => {
      const publisher = publisherOf({ request: { records: 10, bytes: 1024 * 1024 } });
      const before = proxy.passed(API.produce);
      const positions = await publisher.publish(Array.from({ length: 95 }, (_, at) => record(String(at), 'one key')));
      expect(positions.map(({ offset }) => offset)).toEqual(Array.from({ length: 95 }, (_, at) => at));
      expect(proxy.passed(API.produce) - before).toBe(10);
    },
    PATIENCE,
  );

  it(
    'refuses more than it may hold, and takes it again when there is room',
    async () => {
      const publisher = publisherOf({ maxBytes: 10_000 });
      const big = 'x'.repeat(6_000);
      const first = publisher.publish([record(big, 'a')]);
      await expect(publisher.publish([record(big, 'b')])).rejects.toThrow(BackPressureError);
      await first;
      await until(() => publisher.pendingBytes() === 0);
      await expect(publisher.publish([record(big, 'b')])).resolves.toHaveLength(1);
    },
    PATIENCE,
  );

  it(
    'throws its producer id away after a failure for good, and only then sends on (K8)',
    async () => {
      const publisher = publisherOf();
      await publisher.publish([record('before', 'k')]);
      await setMaxMessageBytes(500);
      await expect(publisher.publish([record('x'.repeat(2_000), 'k')])).rejects.toThrow('did not acknowledge');
      await publisher.publish([record('after', 'k')]);
      const ids = await producerIds();
      expect([...ids.keys()]).toEqual(['before', 'after']);
      expect(ids.get('before')).not.toBe(ids.get('after'));
    },
    PATIENCE,
  );

  it(
    'keeps a key on its partition when the topic gets more of them (F08)',
    async () => {
      const publisher = publisherOf({ refreshMs: 50 });
      const keys = Array.from({ length: 20 }, (_, at) => `key-${at}`);
      const before = await publisher.publish(keys.map((key) => record('x', key)));
      await admin.createPartitions({ topicPartitions: [{ topic, count: 9 }] });
      const refreshes = proxy.passed(API.metadata);
      await until(() => proxy.passed(API.metadata) > refreshes + 2);
      const after = await publisher.publish(keys.map((key) => record('x', key)));
      expect(after.map(({ partition }) => partition)).toEqual(before.map(({ partition }) => partition));
    },
    PATIENCE,
  );

  it(
    'refuses a record that no broker would take, without sending it',
    async () => {
      const publisher = publisherOf();
      await expect(publisher.publish([record('x'.repeat(1_050_000))])).rejects.toThrow('larger than');
      expect(proxy.passed(API.produce)).toBe(0);
    },
    PATIENCE,
  );

  it(
    'fails at its deadline where there is no broker at all, and again after it was closed',
    async () => {
      const nowhere = new KafkaConnection({ brokers: ['127.0.0.1:1'], clientId: 'spec' });
      const publisher = new KafkaPublisher(nowhere, { deadlineMs: 200 });
      await expect(publisher.publish([record('x')])).rejects.toThrow(PublishError);
      await publisher.close();
      await expect(publisher.publish([record('x')])).rejects.toThrow('closed');
    },
    PATIENCE,
  );
});

async function setMaxMessageBytes(bytes: number): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }],
  });
}

/** Value to the id of the producer that wrote it. */
async function producerIds(): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const consumer = new Kafka({ brokers: [...testKafka().brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: `${topic}-ids`,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      const { batchContext } = message as unknown as { batchContext: { producerId: string } };
      ids.set(message.value!.toString(), batchContext.producerId);
      return Promise.resolve();
    },
  });
  await until(() => ids.has('after'), { timeout: PATIENCE });
  await consumer.disconnect();
  return ids;
}
