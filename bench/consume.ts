import { randomUUID } from 'node:crypto';
import { decodeRecord } from '#libs/contracts';
import { KafkaConnection, KafkaEventLog, KafkaPublisher, type RecordBatch } from '#libs/event-stream';
import { Kafka, logLevel } from 'kafkajs';
import { alertRecords } from './events.js';
import { type BenchGround, compare, type Finding, perSecond } from './harness.js';
import { withTopic } from './topics.js';

const RECORDS = 100_000;
/** Records made at once: what lies in memory costs both sides collections. */
const PART = 5_000;
const TENANT = { organizationId: randomUUID(), projectId: randomUUID() };

/** S4: reading, decoding and validating against a JSON.parse loop, and reading alone against a bare `eachBatch`. */
export function consume(ground: BenchGround): Promise<Finding[]> {
  return withTopic(ground, async (topic) => {
    const connection = new KafkaConnection({ brokers: ground.brokers, clientId: 'bench' });
    const publisher = new KafkaPublisher(connection);
    const log = new KafkaEventLog(connection);
    for (let from = 0; from < RECORDS; from += PART) await publisher.publish(alertRecords(topic, PART));
    const values = alertRecords(topic, PART).map(({ value }) => value.toString());
    const findings = [
      await compare({
        name: 'S4 consume, decode, validate, against a JSON.parse loop',
        goal: 0.2,
        unit: 'records/s',
        ours: () => throughPort(log, topic, decodeAll),
        yardstick: () => Promise.resolve(parseAll(values)),
      }),
      await compare({
        name: 'S4 consume alone, against a bare eachBatch counter',
        goal: 0.85,
        unit: 'records/s',
        ours: () => throughPort(log, topic, (batch) => batch.records.length),
        yardstick: () => bareCounter(ground, topic),
      }),
    ];
    await log.close();
    await publisher.close();
    return findings;
  });
}

function decodeAll({ records }: RecordBatch): number {
  for (const record of records) {
    const decoded = decodeRecord(record, TENANT);
    if (decoded.kind !== 'event') throw new Error(`a record is ${decoded.kind}`);
  }
  return records.length;
}

function parseAll(values: readonly string[]): number {
  const started = performance.now();
  let names = 0;
  for (let seen = 0; seen < RECORDS; seen += values.length) {
    for (const value of values) names += (JSON.parse(value) as { name: string }).name.length;
  }
  if (names === 0) throw new Error('nothing was parsed');
  return perSecond(RECORDS, started);
}

/** Reads the topic through the port, from the first batch handed over to the last record. */
async function throughPort(log: KafkaEventLog, topic: string, take: (batch: RecordBatch) => number): Promise<number> {
  const count = counter();
  const subscription = await log.consume(
    { group: `bench-${randomUUID()}`, topic },
    {
      resumeFrom: () => Promise.resolve(new Map()),
      handle: (batch) => {
        count.begin();
        count.add(take(batch));
        return Promise.resolve(batch.nextOffset);
      },
    },
  );
  const rate = await count.done;
  await subscription.stop();
  return rate;
}

async function bareCounter({ brokers }: BenchGround, topic: string): Promise<number> {
  const count = counter();
  const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: `bench-${randomUUID()}`,
    maxWaitTimeInMs: 500,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachBatch: ({ batch }) => {
      count.begin();
      count.add(batch.messages.length);
      return Promise.resolve();
    },
  });
  const rate = await count.done;
  await consumer.disconnect();
  return rate;
}

function counter(): { begin(): void; add(count: number): void; readonly done: Promise<number> } {
  let started = 0;
  let seen = 0;
  let finish!: (rate: number) => void;
  const done = new Promise<number>((resolve) => (finish = resolve));
  return {
    begin: () => {
      if (started === 0) started = performance.now();
    },
    add: (count) => {
      seen += count;
      if (seen >= RECORDS) finish(perSecond(seen, started));
    },
    done,
  };
}
