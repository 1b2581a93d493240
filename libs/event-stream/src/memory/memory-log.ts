import { randomUUID } from 'node:crypto';
import { type Clock, partitionOf, SystemClock } from '#libs/core';
import { Changes } from '../changes.js';
import { type TopicState } from '../event-log.js';
import { type OutgoingRecord, type Position, type StreamRecord } from '../records.js';

interface MemoryPartition {
  /** Offset of the oldest record still there. */
  low: number;
  /** Offset that the next record gets. */
  high: number;
  records: StreamRecord[];
}

interface MemoryTopic {
  readonly topicId: string;
  readonly partitions: readonly MemoryPartition[];
}

/** A record as another program would write it: any key, value and partition. */
export interface RawRecord {
  readonly partition: number;
  readonly key?: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The topics of a log that lives in this process: what a broker holds, for specs and trials. */
export class MemoryLog {
  readonly changes = new Changes();
  private readonly topics = new Map<string, MemoryTopic>();

  constructor(private readonly clock: Clock = new SystemClock()) {}

  createTopic(name: string, partitions = 12): void {
    if (this.topics.has(name)) throw new Error(`topic ${name} exists`);
    const empty = (): MemoryPartition => ({ low: 0, high: 0, records: [] });
    const topicId = randomUUID().replaceAll('-', '');
    this.topics.set(name, { topicId, partitions: Array.from({ length: partitions }, empty) });
    this.changes.notify();
  }

  deleteTopic(name: string): void {
    this.topics.delete(name);
    this.changes.notify();
  }

  /** Drops the records of a partition before offset `low`, as retention does. */
  deleteRecords(name: string, partition: number, low: number): void {
    const found = this.partition(name, partition);
    found.low = low;
    found.records = found.records.filter(({ offset }) => offset >= low);
    this.changes.notify();
  }

  /** @throws when there is no such topic. */
  append(records: readonly OutgoingRecord[]): Position[] {
    for (const { topic } of records) if (!this.topics.has(topic)) throw new Error(`there is no topic ${topic}`);
    const positions = records.map((record) => {
      const partition = partitionOf(record.key, this.topics.get(record.topic)!.partitions.length);
      return this.put(record.topic, {
        ...record,
        partition,
        key: Buffer.from(record.key),
        value: Buffer.from(record.value),
      });
    });
    this.changes.notify();
    return positions;
  }

  appendRaw(topic: string, record: RawRecord): Position {
    const position = this.put(topic, record);
    this.changes.notify();
    return position;
  }

  state(topic: string): TopicState | undefined {
    const found = this.topics.get(topic);
    if (!found) return undefined;
    const partitions = found.partitions.map(({ low, high }, partition) => ({ partition, low, high }));
    return { topic, topicId: found.topicId, partitions };
  }

  /** Up to `limit` records from `offset` on. */
  fetch(topic: string, partition: number, offset: number, limit: number): readonly StreamRecord[] {
    const { records, low } = this.partition(topic, partition);
    const from = Math.max(0, offset - low);
    return records.slice(from, from + limit);
  }

  private put(topic: string, { partition, key = null, value, headers = {} }: RawRecord): Position {
    const into = this.partition(topic, partition);
    const offset = into.high++;
    into.records.push({
      topic,
      partition,
      offset,
      timestamp: this.clock.millis(),
      key,
      value,
      headers: { ...headers },
    });
    return { topic, partition, offset };
  }

  private partition(topic: string, partition: number): MemoryPartition {
    const found = this.topics.get(topic)?.partitions[partition];
    if (!found) throw new Error(`there is no ${topic}/${partition}`);
    return found;
  }
}
