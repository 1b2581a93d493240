import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type BatchHandler,
  CheckpointOutsideLog,
  CorruptRecords,
  createTopics,
  KafkaConnection,
  KafkaEventLog,
  KafkaPublisher,
} from '#libs/event-stream';
import { until } from '#libs/testing';
import { kafkaClient, plainAccess } from './kafka-access.js';
import { startKafka } from './servers.js';

const PATIENCE = { timeout: 60_000 };
const VALUES = ['first', 'second', 'third'].map((word) => `${word} ${'x'.repeat(300)}`);

/** Keeps its checkpoint and what it was given. */
class Reader implements BatchHandler {
  readonly values: string[] = [];
  next = 0;

  resumeFrom(): Promise<ReadonlyMap<number, number>> {
    return Promise.resolve(new Map([[0, this.next]]));
  }

  handle({ records, nextOffset }: Parameters<BatchHandler['handle']>[0]): Promise<number> {
    this.values.push(...records.map(({ value }) => value!.toString()));
    return Promise.resolve((this.next = nextOffset));
  }
}

describe('a segment in which a bit was flipped on the disk (F33)', () => {
  let home: string;
  let kafka: Awaited<ReturnType<typeof startKafka>>;
  let log: KafkaEventLog;
  let publisher: KafkaPublisher;

  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'damaged-'));
    kafka = await startKafka({ home });
    const admin = kafkaClient(plainAccess(kafka.brokers), 10).admin();
    await admin.connect();
    await createTopics(admin, [
      { topic: 'damaged', numPartitions: 1 },
      { topic: 'sound', numPartitions: 1 },
    ]);
    await admin.disconnect();
    const connection = new KafkaConnection({ brokers: [kafka.brokers], clientId: 'spec', log: () => undefined });
    log = new KafkaEventLog(connection);
    publisher = new KafkaPublisher(connection);
    for (const value of VALUES) await publish('damaged', value);
  });

  afterEach(async () => {
    await log.close();
    await publisher.close();
    await kafka.stop();
    rmSync(home, { recursive: true });
  });

  const publish = (topic: string, value: string) => publisher.publish([{ topic, key: 'k', value, headers: {} }]);
  const consume = (reader: Reader, topic: string) => log.consume({ group: `reads-${topic}`, topic }, reader);

  /** In the value of the second record, of the middle of three batches. */
  function flipBit(): void {
    const segment = path.join(home, 'kafka', 'log', 'damaged-0', '00000000000000000000.log');
    const bytes = readFileSync(segment);
    const at = bytes.indexOf('second');
    expect(at).toBeGreaterThan(0);
    bytes[at + 100]! ^= 0x04;
    writeFileSync(segment, bytes);
  }

  it('stops whoever reads it, by a name, and hands nothing wrong over; the rest goes on', async () => {
    await kafka.stop();
    flipBit();
    await kafka.restart();

    const [reader, other] = [new Reader(), new Reader()];
    const [damaged] = await Promise.all([consume(reader, 'damaged'), consume(other, 'sound')]);
    expect(await damaged.ended).toBeInstanceOf(CorruptRecords);
    expect(VALUES.slice(0, 1)).toEqual(expect.arrayContaining(reader.values));
    expect(await readAll()).toEqual({ values: reader.values, error: expect.any(CorruptRecords) });

    await publish('sound', 'still here');
    await until(() => other.values.length === 1, PATIENCE);
    await publish('damaged', 'after it');
    const past = new Reader();
    past.next = VALUES.length;
    await log.consume({ group: 'is-past-it', topic: 'damaged' }, past);
    await until(() => past.values.length === 1, PATIENCE);
    expect([other.values, past.values]).toEqual([['still here'], ['after it']]);
  }, 180_000);

  it('stops whoever was past it when the broker, killed, cuts its log there', async () => {
    await kafka.kill9();
    flipBit();
    await kafka.restart();
    const reader = new Reader();
    reader.next = VALUES.length;
    const subscription = await consume(reader, 'damaged');
    expect(await subscription.ended).toBeInstanceOf(CheckpointOutsideLog);
    expect(reader.values).toEqual([]);
    expect(await readAll()).toEqual({ values: VALUES.slice(0, 1), error: undefined });
  }, 180_000);

  /** What a reader without a group gets until it ends or fails. */
  async function readAll(): Promise<{ values: string[]; error: unknown }> {
    const values: string[] = [];
    const state = await log.topic('damaged');
    const end = new Map(state!.partitions.map(({ partition, high }) => [partition, high]));
    try {
      for await (const records of log.read({ topic: 'damaged', until: end })) {
        values.push(...records.map(({ value }) => value!.toString()));
      }
      return { values, error: undefined };
    } catch (error) {
      return { values, error };
    }
  }
});
