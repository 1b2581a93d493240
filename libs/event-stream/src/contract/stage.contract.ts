import { type BatchHandler, type EventLog, type Subscription } from '../event-log.js';
import { type EventPublisher } from '../publisher.js';
import { type OutgoingRecord, type RecordBatch, type StreamRecord } from '../records.js';

/** One implementation of the log, with what the suite needs to set the stage. */
export interface LogUnderTest {
  readonly log: EventLog;
  readonly publisher: EventPublisher & { close(): Promise<void> };
  createTopic(name: string, partitions: number): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  /** Drops the records of a partition before `offset`. */
  deleteRecords(topic: string, partition: number, offset: number): Promise<void>;
  close(): Promise<void>;
}

/** What the parts of the suite share: the log under test, and topics that are taken away at the end. */
export interface Stage {
  under(): LogUnderTest;
  /** Milliseconds that one step may take. */
  readonly patience: number;
  topicOf(partitions: number): Promise<string>;
  publish(topic: string, ...values: string[]): Promise<readonly { partition: number; offset: number }[]>;
  consume(topic: string, handler: BatchHandler, options?: object, group?: string): Promise<Subscription>;
}

let count = 0;
export const unique = (what: string): string =>
  `${what}-${process.pid}-${++count}-${Math.random().toString(36).slice(2, 8)}`;

interface RecorderOptions {
  readonly checkpoints?: ReadonlyMap<number, number>;
  before?(): void | Promise<void>;
  resume?(): void;
  next?(batch: RecordBatch): number;
}

/** A handler that keeps what it was given, and its own checkpoints. */
export class Recorder implements BatchHandler {
  readonly batches: RecordBatch[] = [];
  readonly values: string[] = [];
  readonly topicIds = new Set<string>();
  attempts = 0;
  aborted = false;
  private readonly checkpoints: Map<number, number>;

  constructor(private readonly options: RecorderOptions = {}) {
    this.checkpoints = new Map(options.checkpoints);
  }

  resumeFrom(): Promise<ReadonlyMap<number, number>> {
    return Promise.resolve().then(() => {
      this.options.resume?.();
      return this.checkpoints;
    });
  }

  async handle(batch: RecordBatch, { signal }: { signal: AbortSignal }): Promise<number> {
    this.attempts += 1;
    await this.options.before?.();
    this.aborted ||= signal.aborted;
    this.batches.push(batch);
    this.topicIds.add(batch.topicId);
    this.values.push(...batch.records.map(textOf));
    const next = this.options.next?.(batch) ?? batch.nextOffset;
    this.checkpoints.set(batch.partition, next);
    return next;
  }
}

export function record(topic: string, value: string): OutgoingRecord {
  return { topic, key: value, value, headers: { name: 'Spec' } };
}

export const textOf = ({ value }: StreamRecord): string => value?.toString() ?? '';

export async function readAll(log: EventLog, topic: string): Promise<StreamRecord[]> {
  const state = await log.topic(topic);
  return collect(
    log.read({ topic, until: new Map(state!.partitions.map(({ partition, high }) => [partition, high])) }),
  );
}

export async function collect(batches: AsyncIterable<readonly StreamRecord[]>): Promise<StreamRecord[]> {
  const records: StreamRecord[] = [];
  for await (const batch of batches) records.push(...batch);
  return records;
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
