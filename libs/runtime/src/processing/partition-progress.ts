import { type PartitionStopped } from './errors.js';

/** What a processor knows of one partition that it was assigned. */
export class PartitionProgress {
  /** Records before this offset are done; the checkpoint may lag behind where nothing in them was ours. */
  position: number | undefined;
  /** Time stamp of the last record that was passed, milliseconds. */
  lastTimestamp: number | undefined;
  /** Records in a row that could not be decided. */
  faults = 0;
  stopped: PartitionStopped | undefined;
  /** The consumer may be elsewhere: the next batch is answered with the position alone. */
  seek = false;
  /** The earliest watermark at which a sweep has something to do, as far as is known. */
  sweepDue = 0;
  /** Monotonic milliseconds: when the checkpoint last moved, and since when it lags behind the position. */
  committedAt = performance.now();
  private laggingSince: number | undefined;

  constructor(
    readonly topicId: string,
    readonly partition: number,
    /** What the checkpoint holds; undefined where there is none. */
    public committed: number | undefined,
  ) {
    this.position = committed;
  }

  /** Goes on counting where an earlier assignment of the partition left off, if nobody moved on meanwhile. */
  continueFaults(before: PartitionProgress | undefined): void {
    if (before?.topicId !== this.topicId || before.committed !== this.committed) return;
    this.faults = before.faults;
    this.stopped = before.stopped;
  }

  /** The checkpoint is at `next`. */
  moved(next: number): void {
    this.committed = next;
    this.position = next;
    this.laggingSince = undefined;
    this.committedAt = performance.now();
  }

  /** Nothing up to `next` was ours. */
  skipped(next: number): void {
    this.position = next;
    this.laggingSince ??= performance.now();
  }

  /** Whether the checkpoint should follow the position now: after 5 s or 10,000 offsets, or at once with `all`. */
  due(all: boolean): boolean {
    if (this.position === undefined || this.laggingSince === undefined) return false;
    const behind = this.position - (this.committed ?? 0);
    return all || behind >= LAZY_OFFSETS || performance.now() - this.laggingSince >= LAZY_MILLIS;
  }
}

const LAZY_OFFSETS = 10_000;
const LAZY_MILLIS = 5_000;
