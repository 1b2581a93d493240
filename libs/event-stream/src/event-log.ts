import { type RecordBatch, type StreamRecord } from './records.js';

/** What one consumer group does with what it reads. */
export interface BatchHandler {
  /**
   * Where to go on, for partitions just assigned: the checkpointed next offset, or absent to begin at the oldest record.
   * @throws when the checkpoint belongs to another topic identity; the consumer then stops with that error.
   */
  resumeFrom(topic: string, topicId: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Handles a batch whole, or throws and leaves nothing behind. Answers the next offset to read, usually
   * `batch.nextOffset`; another one makes the consumer seek (a checkpoint moved by somebody else).
   * `signal` aborts when the partition is lost or the consumer stops. `heartbeat` is for long batches.
   */
  handle(batch: RecordBatch, context: { signal: AbortSignal; heartbeat(): Promise<void> }): Promise<number>;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly topic: string;
  /** Largest batch handed over. */
  readonly maxRecords?: number;
  readonly maxBytes?: number;
}

/** Lag of one partition: events behind, and the time stamp of the next unread record where known. */
export interface PartitionLag {
  readonly partition: number;
  readonly nextOffset: number;
  readonly highWatermark: number;
}

/** A running member of a consumer group. */
export interface Subscription {
  /** Partitions that this member has now. */
  assigned(): readonly number[];
  lag(): readonly PartitionLag[];
  /** Resolves when all that lay on the topic at the call has been handled by this member's partitions. */
  whenCaughtUp(): Promise<void>;
  /** Settles when the subscription ended for good: undefined after stop(), else the error that stopped it. */
  readonly ended: Promise<Error | undefined>;
  /** Whether fetches or heartbeats still succeed: false when nothing moved for the watchdog's time. */
  alive(): boolean;
  /** Finishes or abandons the running batch (at most 5 s), leaves the group. */
  stop(): Promise<void>;
}

export interface TopicState {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly { partition: number; low: number; high: number }[];
}

/** The log as readers and operators see it. Two implementations, Kafka and memory, hold to one contract suite. */
export abstract class EventLog {
  abstract consume(options: ConsumerOptions, handler: BatchHandler): Promise<Subscription>;
  /**
   * Reads without a group, from the given offsets (absent: oldest) until each partition's `until` (absent: for ever).
   * Ends early when `signal` aborts.
   */
  abstract read(options: {
    topic: string;
    from?: ReadonlyMap<number, number>;
    until?: ReadonlyMap<number, number>;
    signal?: AbortSignal;
  }): AsyncIterable<readonly StreamRecord[]>;
  /** Identity and offsets of a topic; undefined where there is none. */
  abstract topic(name: string): Promise<TopicState | undefined>;
  /** Whether a broker answers. @throws when none does. */
  abstract ping(): Promise<void>;
  abstract close(): Promise<void>;
}
