import { type EventEnvelope, type TopicNames } from '#libs/contracts';
import { SystemClock } from '#libs/core';
import {
  EventPublisher,
  MemoryLog,
  MemoryPublisher,
  type OutgoingRecord,
  type Position,
  PublishError,
  type RecordBatch,
  type StreamRecord,
} from '#libs/event-stream';
import { Store, storeMigrations } from '#libs/store';
import { testDatabase } from '#libs/testing';
import { Log } from '../logging/log.js';
import { Metrics } from '../metrics/metrics.js';
import { StoreOutboxRelay } from './outbox-relay.js';

export const topics: TopicNames = { events: 'events', telemetry: 'telemetry', deadLetters: 'letters' };

/** Keeps what it is told. */
export class SpyLog extends Log {
  readonly lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  debug = this.at('debug');
  info = this.at('info');
  warn = this.at('warn');
  error = this.at('error');
  fatal = this.at('fatal');

  child(): Log {
    return this;
  }

  private at(level: string) {
    return (fields: Readonly<Record<string, unknown>>, message: string) =>
      void this.lines.push({ level, message, fields });
  }
}

/** A publisher that can be told to fail, and that says how many calls run at once. */
export class FicklePublisher extends EventPublisher {
  down = false;
  calls = 0;
  mostAtOnce = 0;
  private atOnce = 0;

  constructor(private readonly inner: EventPublisher) {
    super();
  }

  async publish(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    this.calls += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      if (this.down) throw new PublishError('no broker');
      return await this.inner.publish(records);
    } finally {
      this.atOnce -= 1;
    }
  }
}

/** A database of its own with a store, a log in memory, and a relay between them. */
export async function processingGround() {
  const database = await testDatabase();
  const open = (url = database.url) =>
    Store.open({ url, schema: 'spec', migrations: storeMigrations, applicationName: 'processing-spec' });
  const store = await open();
  await store.migrate();
  const memory = new MemoryLog(new SystemClock());
  for (const topic of [topics.events, topics.deadLetters]) memory.createTopic(topic);
  const publisher = new FicklePublisher(new MemoryPublisher(memory));
  const log = new SpyLog();
  const metrics = new Metrics();
  const relays: StoreOutboxRelay[] = [];
  const startRelay = (over: { store?: Store; publisher?: EventPublisher } = {}) => {
    const relay = new StoreOutboxRelay({ store, publisher, log, metrics, stopGrace: 500, ...over });
    relays.push(relay);
    relay.start();
    return relay;
  };
  return {
    database,
    topics,
    store,
    open,
    memory,
    publisher,
    log,
    metrics,
    startRelay,
    /** Values of a topic's records as text, partition by partition. */
    published: (topic: string) => recordsOf(memory, topic).map(({ value }) => value?.toString() ?? ''),
    records: (topic: string) => recordsOf(memory, topic),
    close: async () => {
      await Promise.all(relays.map((relay) => relay.stop()));
      await store.close();
      await database.drop();
    },
  };
}

export type ProcessingGround = Awaited<ReturnType<typeof processingGround>>;

function recordsOf(memory: MemoryLog, topic: string): readonly StreamRecord[] {
  const partitions = memory.state(topic)?.partitions ?? [];
  return partitions.flatMap(({ partition, low }) => memory.fetch(topic, partition, low, Number.MAX_SAFE_INTEGER));
}

export const ORGANIZATION = 'org';

export const tenants = {
  isKnown: (organizationId: string) => organizationId === ORGANIZATION,
  defaultTenant: () => Promise.resolve({ organizationId: ORGANIZATION, projectId: 'project' }),
};

/** An event named `name` of any catalogue, with payload `{n}`. */
export function eventOf(name: string, n: number, subject = `subject-${n}`): EventEnvelope {
  return {
    name,
    payload: { n },
    metadata: {
      id: `${name}-${n}`,
      time: '2026-11-20T09:38:13.321Z',
      recordedAt: '2026-11-20T09:38:13.321Z',
      source: 'spec',
      subject,
      organizationId: ORGANIZATION,
      projectId: 'project',
      correlationId: 'c',
      causationId: null,
      schemaVersion: 1,
      versions: {},
    },
  };
}

/** A batch of `values` (objects become JSON) from offset `first` on, as a consumer hands it over. */
export function batchOf(first: number, values: readonly unknown[], of: Partial<RecordBatch> = {}): RecordBatch {
  const records = values.map((value, i): StreamRecord => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const base = { topic: topics.events, partition: of.partition ?? 0, offset: first + i, timestamp: 1000 + first + i };
    return { ...base, key: null, value: Buffer.from(text), headers: {} };
  });
  const nextOffset = first + values.length;
  return {
    topic: topics.events,
    topicId: 'topic-id',
    partition: 0,
    records,
    nextOffset,
    highWatermark: nextOffset,
    ...of,
  };
}
