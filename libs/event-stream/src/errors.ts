/**
 * What ends a subscription for good. A handler that throws one stops its consumer with it; any other error is taken as
 * passing trouble and the batch is tried again.
 */
export abstract class FatalStreamError extends Error {}

/** The checkpoint is not on the log any more, or not yet: retention passed it, or the log was truncated. */
export class CheckpointOutsideLog extends FatalStreamError {
  override readonly name = 'CheckpointOutsideLog';

  constructor(topic: string, partition: number, checkpoint: number, low: number, high: number) {
    const side = checkpoint < low ? 'below the start' : 'above the end';
    super(`checkpoint ${checkpoint} of ${topic}/${partition} lies ${side} of the log (${low} to ${high})`);
  }
}

/** The topic was deleted and made again: the checkpoints belong to another log. */
export class TopicRecreated extends FatalStreamError {
  override readonly name = 'TopicRecreated';

  constructor(topic: string, expected: string, found: string) {
    super(`topic ${topic} was recreated: its id was ${expected} and is ${found}`);
  }
}

/** The broker answers, yet nothing was fetched and no heartbeat got through for the watchdog's time. */
export class ConsumerStalled extends FatalStreamError {
  override readonly name = 'ConsumerStalled';

  constructor(group: string, topic: string, seconds: number) {
    super(`group ${group} made no progress on ${topic} for ${seconds} s although the broker answers`);
  }
}

/** What the client delivers never continues the position, however often it is told where to go on. */
export class PositionUnreadable extends FatalStreamError {
  override readonly name = 'PositionUnreadable';

  constructor(topic: string, partition: number, position: number) {
    super(`${topic}/${partition} cannot be read at offset ${position}: what the client delivers does not continue it`);
  }
}

/** The broker keeps handing out records whose checksum is wrong: the file it reads from is damaged. */
export class CorruptRecords extends FatalStreamError {
  override readonly name = 'CorruptRecords';

  constructor(topic: string, reason: string) {
    super(`${topic} holds damaged records: ${reason}`);
  }
}
