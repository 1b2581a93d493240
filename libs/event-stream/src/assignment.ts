import { CheckpointOutsideLog } from './errors.js';
import { type TopicState } from './event-log.js';

/** How far one partition has been handled, by this member, since it was assigned. */
export class Progress {
  /** True while a handler has records of it. */
  busy = false;
  /** Times that what kafkajs delivered did not continue the position, since it last did. */
  misses = 0;

  constructor(
    readonly partition: number,
    /** Next offset to handle. */
    public position: number,
    public highWatermark: number,
  ) {}

  /**
   * Whether a batch goes on at the position: fetched from there, or reaching over it. Anything else is left over from
   * before a seek, or an offset that the client chose (K10, K15).
   */
  continues(fetchedFrom: number, first: number, last: number): boolean {
    return fetchedFrom === this.position || (first <= this.position && this.position <= last);
  }

  /**
   * Passes a stretch without records for us (aborted or control records, compacted ones) that the client steps over by
   * itself. It counts only when it begins at the position: then it is a fact of the log, whoever fetched it.
   */
  pass(first: number | undefined, last: number): boolean {
    const begins = first ?? last;
    if (begins > this.position || last < this.position) return false;
    this.position = last + 1;
    return true;
  }
}

/** One assignment of partitions of a topic: ends with the next one. */
export class Assignment {
  private readonly lost = new AbortController();
  private readonly retiring = new AbortController();
  private readonly progress = new Map<number, Progress>();
  /** Identity of the topic; empty until the positions are known. */
  topicId = '';
  /** Resolves true when the positions are known, false when the assignment ended before. */
  ready: Promise<boolean> = Promise.resolve(false);

  constructor(readonly partitions: readonly number[]) {}

  /** Aborts when the partitions are lost: what a handler still does will be in vain. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Aborts when nothing new is to be begun; a running handler may finish. */
  get retired(): AbortSignal {
    return this.retiring.signal;
  }

  /** Whether every position is known. */
  get located(): boolean {
    return this.progress.size === this.partitions.length;
  }

  all(): readonly Progress[] {
    return [...this.progress.values()];
  }

  of(partition: number): Progress | undefined {
    return this.progress.get(partition);
  }

  /**
   * Sets the positions: the checkpoint where there is one, else the start of the log.
   * @throws CheckpointOutsideLog
   */
  locate(state: TopicState, checkpoints: ReadonlyMap<number, number>): void {
    this.topicId = state.topicId;
    for (const { partition, low, high } of state.partitions) {
      if (!this.partitions.includes(partition)) continue;
      const position = checkpoints.get(partition) ?? low;
      if (position < low || position > high) {
        throw new CheckpointOutsideLog(state.topic, partition, position, low, high);
      }
      this.progress.set(partition, new Progress(partition, position, high));
    }
  }

  /** The partitions are about to be given up. */
  retire(): void {
    this.retiring.abort();
  }

  /** The partitions are lost, or the consumer stops. */
  end(): void {
    this.retiring.abort();
    this.lost.abort();
  }
}
