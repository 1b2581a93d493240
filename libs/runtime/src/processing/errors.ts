import { FatalStreamError } from '#libs/event-stream';

/** Somebody else moved the checkpoint: this member does not own the partition any more. Nothing was written. */
export class CheckpointLost extends Error {
  override readonly name = 'CheckpointLost';
}

/** The checkpoint is gone while its processor runs: where to go on is not known. A new start begins at the oldest record. */
export class CheckpointRemoved extends FatalStreamError {
  override readonly name = 'CheckpointRemoved';
}

/** Too many records in a row could not be decided: rather a fault of this version than of the records. */
export class PartitionStopped extends Error {
  override readonly name = 'PartitionStopped';

  constructor(processor: string, topic: string, partition: number, offset: number, faults: number, cause: unknown) {
    super(
      `${processor} stopped ${topic}/${partition} at offset ${offset}: ${faults} records in a row could not be decided; ` +
        'mend the service and start it again',
      { cause },
    );
  }
}
