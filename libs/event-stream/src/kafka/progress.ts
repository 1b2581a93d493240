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

/** One assignment of partitions: ends with the next one. */
export class Assignment {
  private readonly controller = new AbortController();
  readonly progress = new Map<number, Progress>();
  topicId = '';
  /** Resolves true when the positions are known, false when the assignment ended before. */
  ready: Promise<boolean> = Promise.resolve(false);

  constructor(readonly partitions: readonly number[]) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The partitions are lost, or the consumer stops. */
  end(): void {
    this.controller.abort();
  }
}
