/** A record on its way to the log. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Decides the partition, as Java's default partitioner would. */
  readonly key: string;
  readonly value: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a record lies. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A record read from the log. */
export interface StreamRecord extends Position {
  /** Milliseconds: the time stamp that the broker keeps. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Header values as text; a header that came more than once has its last value. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Consecutive records of one partition. Offsets may have gaps. */
export interface RecordBatch {
  readonly topic: string;
  /** Identity of the topic: changes when it is deleted and made again. */
  readonly topicId: string;
  readonly partition: number;
  readonly records: readonly StreamRecord[];
  /** The offset after the last one of the batch: what a checkpoint stores. */
  readonly nextOffset: number;
  /** The offset that the next record written to the partition will get. */
  readonly highWatermark: number;
}
