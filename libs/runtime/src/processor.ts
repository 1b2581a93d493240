import { type EventEnvelope } from '#libs/contracts';
import { type Position, type StreamRecord } from '#libs/event-stream';
import { type StoreTx } from '#libs/store';

/** An event as a processor gets it. */
export interface Received {
  readonly event: EventEnvelope;
  readonly position: Position;
  /** The broker's time stamp, milliseconds. */
  readonly timestamp: number;
  /** False for a name that is in no catalogue. */
  readonly known: boolean;
}

/** What a batch may do, all inside one transaction. */
export interface UnitOfWork {
  readonly tx: StoreTx;
  /**
   * Puts an event into the outbox, in order. It is published after the commit, also after a crash.
   * @throws RangeError for an event of more than 1,000,000 bytes, which the broker would refuse
   */
  emit(event: EventEnvelope): void;
}

/**
 * The record cannot be decided, and another try would fail alike: it becomes this processor's dead letter. Any other
 * error of `apply` that is not trouble with the database or the broker counts the same.
 */
export class Undecidable extends Error {
  override readonly name = 'Undecidable';
}

/** Wakes what works on committed rows. Must not throw. */
export type AfterCommit = () => void;

/** How a processor reads. */
interface Reading {
  /** `<app>.<what>`: the consumer group and the checkpoint's name. */
  readonly name: string;
  readonly topic: string;
  /**
   * Least milliseconds between two batches while little comes; default 0. For what nobody waits for: a transaction for
   * each record costs ten times as much as one for many.
   */
  readonly restMs?: number;
  /**
   * Most records a second, those that are skipped included, asked at each batch; at least 500. Absent: no bound. For a
   * processor that must not slow down what its process is for.
   */
  readonly mostPerSecond?: () => number;
}

/** One consumer group of a service: which events it takes and what it does with a batch of them. */
export interface ProcessorDefinition extends Reading {
  /** Names it handles; others are skipped by their header without being parsed. `all` takes unknown names too. */
  readonly handles: ReadonlySet<string> | 'all';
  /** True for the one processor of the platform that writes dead letters for undecodable records and unknown organisations. */
  readonly writesUndecodable?: boolean;
  /**
   * Decides a batch of one partition, in order. Load what is touched in one query, fold in memory, write set-wise.
   * Answers what is to be called once that is committed; it is not called where the answer to COMMIT was lost.
   */
  apply(batch: readonly Received[], unit: UnitOfWork): Promise<void | AfterCommit>;
  /**
   * Called about once a second per assigned partition, in a fenced transaction of its own: `watermark` (milliseconds)
   * is now when the partition is read to its end, else the time of the last record read. For what time alone brings.
   * It may answer the earliest watermark at which there will be something to do (`Infinity`: none), as far as the state
   * tells now; until then, or until a batch of the partition is applied, it is not called and costs nothing.
   */
  sweep?(partition: number, watermark: number, unit: UnitOfWork): Promise<void | number>;
}

/** Raw access for a processor of records that are no events (the dead-letters topic). */
export interface RecordProcessorDefinition extends Reading {
  applyRecords(records: readonly StreamRecord[], unit: UnitOfWork): Promise<void>;
}
