import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headersOf, keyOf } from '#libs/contracts';
import { SystemClock } from '#libs/core';
import {
  type EventLog,
  type EventPublisher,
  KafkaConnection,
  KafkaEventLog,
  KafkaPublisher,
  MemoryEventLog,
  MemoryPublisher,
  type StreamRecord,
} from '#libs/event-stream';
import { type Store } from '#libs/store';
import { testInstallationTopics, testKafka, until } from '#libs/testing';
import { type ProcessorDefinition } from '../processor.js';
import { eventOf, FicklePublisher, type ProcessingGround, processingGround, tenants } from './ground.for-spec.js';
import { StoreOutboxRelay } from './outbox-relay.js';
import { pgProxy } from './pg-proxy.for-spec.js';
import { ProcessorHost } from './processor-host.js';

const SUBJECTS = 20;
const PER_SUBJECT = 100;

let ground: ProcessingGround;
let kafka: Awaited<ReturnType<typeof testInstallationTopics>>;
let connection: KafkaConnection;
let kafkaLog: KafkaEventLog;
let kafkaPublisher: KafkaPublisher;

beforeAll(async () => {
  ground = await processingGround();
  await ground.store.query('create table done (subject text, n integer, primary key (subject, n))');
  await ground.store.query('create table total (subject text primary key, last integer not null)');
  kafka = await testInstallationTopics();
  connection = new KafkaConnection({ brokers: testKafka().brokers, clientId: 'turmoil' });
  kafkaLog = new KafkaEventLog(connection);
  kafkaPublisher = new KafkaPublisher(connection);
});

afterAll(async () => {
  await kafkaPublisher.close();
  await kafkaLog.close();
  await kafka.drop();
  await ground.close();
});

/** Writes each step of a subject down, refuses one out of turn, and says it on. */
const steps: ProcessorDefinition = {
  name: 'turmoil.steps',
  topic: '',
  handles: new Set(['Step']),
  async apply(batch, unit) {
    for (const { event } of batch) {
      const { n } = event.payload as { n: number };
      const { subject } = event.metadata;
      await unit.tx.query('insert into done values ($1, $2)', [subject, n]);
      const { rows } = await unit.tx.query<{ last: number }>(
        `insert into total values ($1, $2) on conflict (subject) do update set last = excluded.last
         where total.last = excluded.last - 1 returning last`,
        [subject, n],
      );
      if (rows.length === 0) throw new Error(`${subject}: ${n} out of turn`);
      unit.emit(eventOf('Stepped', n, subject));
    }
  },
};

/** One replica of a service: its own store, relay and host; `fickle` is its way to the log. */
async function replica(eventLog: EventLog, publisher: EventPublisher, topics: ProcessingGround['topics']) {
  const proxy = await pgProxy(ground.database.url);
  const store: Store = await ground.open(proxy.url);
  const fickle = new FicklePublisher(publisher);
  const { log, metrics } = ground;
  const relay = new StoreOutboxRelay({ store, publisher: fickle, log, metrics, stopGrace: 1_000 });
  relay.start();
  const onFatal = (error: Error) => void log.error({ reason: error.message }, 'FATAL');
  const clock = new SystemClock();
  const host = new ProcessorHost({
    eventLog,
    store,
    relay,
    tenants,
    clock,
    topics,
    version: '1',
    metrics,
    log,
    onFatal,
  });
  await host.start({ ...steps, topic: topics.events });
  return {
    fickle,
    proxy,
    relay,
    host,
    stop: async () => {
      fickle.down = false;
      await host.stopAll();
      await relay.stop();
      await store.close();
      await proxy.close();
    },
  };
}

async function readAll(eventLog: EventLog, topic: string): Promise<readonly StreamRecord[]> {
  const state = (await eventLog.topic(topic))!;
  const highs = new Map(state.partitions.map(({ partition, high }) => [partition, high]));
  const records: StreamRecord[] = [];
  for await (const some of eventLog.read({ topic, until: highs })) records.push(...some);
  return records;
}

const logs = [
  [
    'in memory',
    () => ({
      log: new MemoryEventLog(ground.memory),
      publisher: new MemoryPublisher(ground.memory),
      topics: ground.topics,
    }),
  ],
  ['on Kafka', () => ({ log: kafkaLog, publisher: kafkaPublisher, topics: kafka.topics })],
] as const;

describe.each(logs)('two replicas on a log %s', (_, ways) => {
  it('do every step once and in turn, whatever is cut, stopped and away meanwhile', async () => {
    await ground.store.query('truncate done, total, checkpoint, outbox');
    const { log, publisher, topics } = ways();
    const subjects = Array.from({ length: SUBJECTS }, (_, s) => `subject-${s}`);
    const replicas = [await replica(log, publisher, topics), await replica(log, publisher, topics)];
    const feed = (async () => {
      for (let n = 1; n <= PER_SUBJECT; n++) {
        const events = subjects.map((subject) => ({ ...eventOf('Step', n, subject) }));
        const records = events.map((event) => ({
          key: keyOf(event),
          value: JSON.stringify(event),
          headers: headersOf(event),
        }));
        await publisher.publish(records.map((record) => ({ topic: topics.events, ...record })));
      }
    })();
    const doneAtLeast = (count: number) =>
      until(async () => (await ground.store.query('select 1 from done')).rowCount >= count, {
        timeout: 60_000,
        what: `${count} steps`,
      });
    const cutSessions = () =>
      ground.store.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and random() < 0.7`);
    await doneAtLeast(50);
    await cutSessions();
    replicas[0]!.fickle.down = true;
    await doneAtLeast(300);
    await cutSessions();
    replicas[0]!.fickle.down = false;
    await doneAtLeast(600);
    databaseAway(replicas, true);
    await doneNothing();
    databaseAway(replicas, false);
    await doneAtLeast(700);
    await replicas[0]!.stop();
    await cutSessions();
    await doneAtLeast(900);
    replicas[0] = await replica(log, publisher, topics);
    await cutSessions();
    await feed;
    await doneAtLeast(SUBJECTS * PER_SUBJECT);
    await Promise.all(replicas.map(({ relay }) => relay.whenDrained()));
    await Promise.all(replicas.map(({ stop }) => stop()));
    const { rows } = await ground.store.query<{ subject: string; last: number }>('select subject, last from total');
    expect(new Map(rows.map(({ subject, last }) => [subject, last]))).toEqual(
      new Map(subjects.map((s) => [s, PER_SUBJECT])),
    );
    expect(await readAll(log, topics.deadLetters)).toEqual([]);
    expect(ground.log.lines.filter(({ message }) => message === 'FATAL')).toEqual([]);
    expectInTurn(await readAll(log, topics.events), subjects);
  }, 120_000);
});

/** As when the server restarts: sessions end and nobody is let in for a while. */
function databaseAway(replicas: readonly Awaited<ReturnType<typeof replica>>[], away: boolean): void {
  for (const { proxy } of replicas) {
    proxy.state.down = away;
    if (away) proxy.cut();
  }
}

/** Waits until two looks find the same: nobody gets through. */
async function doneNothing(): Promise<void> {
  let before = -1;
  await until(
    async () => {
      const { rowCount } = await ground.store.query('select 1 from done');
      const still = rowCount === before;
      before = rowCount;
      return still;
    },
    { interval: 300 },
  );
}

/** Each subject's steps are said in turn; what is said again after a cut is a repeat of what was said before. */
function expectInTurn(records: readonly StreamRecord[], subjects: readonly string[]): void {
  const said = new Map<string, number[]>(subjects.map((subject) => [subject, []]));
  for (const { value } of records) {
    const event = JSON.parse(value!.toString()) as ReturnType<typeof eventOf>;
    if (event.name === 'Stepped') said.get(event.metadata.subject)!.push((event.payload as { n: number }).n);
  }
  for (const numbers of said.values()) {
    const first = [...new Set(numbers)];
    expect(first).toEqual(Array.from({ length: PER_SUBJECT }, (_, i) => i + 1));
  }
}
