import { type RecordBatch, type StreamRecord } from './records.js';

/** What one consumer group does with what it reads. */
export interface BatchHandler {
  /**
   * Where to go on, for partitions just assigned: the checkpointed next offset, or absent to begin at the oldest record.
   * @throws FatalStreamError to stop the consumer (say, TopicRecreated where the checkpoint belongs to another topic
   * identity); anything else is taken as passing trouble and asked again.
   */
  resumeFrom(topic: string, topicId: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Handles a batch whole, or throws and leaves nothing behind: it gets the same batch again after a pause (from 100 ms
   * to 5 s), unless it threw a FatalStreamError. Batches of one partition come one after the other, those of different
   * partitions may overlap. A batch may be empty of records and still move on. Answers the next offset to read, usually
   * `batch.nextOffset`; another one makes the consumer seek (a checkpoint moved by somebody else).
   * `signal` aborts when the partition is lost or the consumer stops. `heartbeat` is for long batches.
   */
  handle(batch: RecordBatch, context: { signal: AbortSignal; heartbeat(): Promise<void> }): Promise<number>;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly topic: string;
  /** Largest batch handed over. */
  /** Default 5,000. */
  readonly maxRecords?: number;
  /** Keys and values; default 4 MiB. */
  readonly maxBytes?: number;
  /**
   * Least milliseconds between two looks at the log while little comes; default 0. Records come later by at most that,
   * and more of them at once: for what nobody waits for. The first record after a silence comes at once.
   */
  readonly restMs?: number;
}

/** How far one partition is handled, and how far it goes; `highWatermark` is at most 5 s old. */
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
  /**
   * Settles when the subscription ended for good: undefined after stop(), else the error that stopped it. A process
   * whose subscription ended with an error has nothing better to do than to exit.
   */
  readonly ended: Promise<Error | undefined>;
  /** Whether it is in the group and heartbeats still get through (at most 30 s ago). */
  alive(): boolean;
  /**
   * Whether it will not go on by itself: it ended with an error, or does not get into the group for a long while although
   * the broker answers and has the topic. Joining, a rebalance, and a broker that is away are not that.
   */
  stuck(): boolean;
  /** Finishes or abandons the running batch (at most 5 s), leaves the group. */
  stop(): Promise<void>;
}

/** What to read without a group. */
export interface ReadOptions {
  readonly topic: string;
  /** First offset by partition; a partition that is not named begins at its oldest record. */
  readonly from?: ReadonlyMap<number, number>;
  /** Offset to stop before, by partition; one that is not named is not read. Absent: all partitions, for ever. */
  readonly until?: ReadonlyMap<number, number>;
  readonly signal?: AbortSignal;
}

/** Identity of a topic, and by partition its oldest offset and the one after the newest committed record. */
export interface TopicState {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly { partition: number; low: number; high: number }[];
}

/** The log as readers and operators see it. Two implementations, Kafka and memory, hold to one contract suite. */
export abstract class EventLog {
  abstract consume(options: ConsumerOptions, handler: BatchHandler): Promise<Subscription>;
  /**
   * Reads without a group, each batch records of one partition. Ends early when `signal` aborts, also while it waits.
   * @throws CheckpointOutsideLog when `from` is not on the log; an error when there is no such topic, or no broker
   * answered for a while.
   */
  abstract read(options: ReadOptions): AsyncIterable<readonly StreamRecord[]>;
  /** Identity and offsets of a topic; undefined where there is none. */
  abstract topic(name: string): Promise<TopicState | undefined>;
  /** Whether a broker answers. @throws when none does. */
  abstract ping(): Promise<void>;
  abstract close(): Promise<void>;
}
