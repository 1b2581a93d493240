import { type EventPublisher, KafkaConnection, KafkaPublisher, type OutgoingRecord } from '#libs/event-stream';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { plainRecords } from './events.js';
import { type BenchGround, compare, type Finding, perSecond } from './harness.js';
import { withTopic } from './topics.js';

const RECORDS = 50_000;
const BATCHES = [500, 1_000, 2_000];
const CALL = 500;
const CALLS_AT_ONCE = 8;
const CALLERS = 64;
const SINGLES = 20_000;

/** S3: our publisher against kafkajs at its best batch size, and against one `send` an event with 64 callers. */
export function produce(ground: BenchGround): Promise<Finding[]> {
  return withTopic(ground, async (topic) => {
    const publisher = new KafkaPublisher(new KafkaConnection({ brokers: ground.brokers, clientId: 'bench' }));
    const [batches, sends] = await Promise.all([bareProducer(ground, true), bareProducer(ground, false)]);
    const records = plainRecords(topic, RECORDS);
    const best = await bestBatch(batches, topic, records);
    const findings = [
      await compare({
        name: `S3 produce, against kafkajs in batches of ${best}`,
        goal: 0.9,
        unit: 'records/s',
        ours: () => inCalls(publisher, records),
        yardstick: () => inBatches(batches, topic, records, best),
      }),
      await compare({
        name: `S3 produce, ${CALLERS} callers of one record each, against kafkajs \`send\``,
        goal: 6,
        unit: 'records/s',
        ours: () => oneByOne(records.slice(0, SINGLES), (record) => publisher.publish([record])),
        yardstick: () => oneByOne(records.slice(0, SINGLES / 4), (record) => sends.send({ topic, messages: [record] })),
      }),
    ];
    await Promise.all([publisher.close(), batches.disconnect(), sends.disconnect()]);
    return findings;
  });
}

async function bareProducer({ brokers }: BenchGround, idempotent: boolean): Promise<Producer> {
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({
    idempotent,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return producer;
}

async function bestBatch(producer: Producer, topic: string, records: readonly OutgoingRecord[]): Promise<number> {
  const rates: [number, number][] = [];
  for (const size of [...BATCHES, ...BATCHES]) rates.push([await inBatches(producer, topic, records, size), size]);
  return rates.sort(([a], [b]) => b - a)[0]![1];
}

async function inBatches(
  producer: Producer,
  topic: string,
  records: readonly OutgoingRecord[],
  size: number,
): Promise<number> {
  const started = performance.now();
  for (let from = 0; from < records.length; from += size) {
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: records.slice(from, from + size) }] });
  }
  return perSecond(records.length, started);
}

/** Several callers with many records each, as relays and batch requests have them. */
async function inCalls(publisher: EventPublisher, records: readonly OutgoingRecord[]): Promise<number> {
  const started = performance.now();
  let from = 0;
  const caller = async (): Promise<void> => {
    while (from < records.length) {
      const call = records.slice(from, from + CALL);
      from += CALL;
      await publisher.publish(call);
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, caller));
  return perSecond(records.length, started);
}

async function oneByOne(
  records: readonly OutgoingRecord[],
  send: (record: OutgoingRecord) => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < records.length) await send(records[next++]!);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return perSecond(records.length, started);
}
