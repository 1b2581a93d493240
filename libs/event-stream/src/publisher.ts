import { type OutgoingRecord, type Position } from './records.js';

/** The log did not acknowledge in time, or refused. What was being written may or may not lie on the log. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
}

/** More bytes are waiting than the producer may hold: answer 503 and let the sender come back. */
export class BackPressureError extends Error {
  override readonly name = 'BackPressureError';
}

/** Writes to the log. Resolves when every in-sync replica has the records (acks=all). */
export abstract class EventPublisher {
  /**
   * Positions in the order of `records`. Records of one call with one key keep their order, and calls made one after
   * the other too.
   * @throws PublishError, BackPressureError
   */
  abstract publish(records: readonly OutgoingRecord[]): Promise<readonly Position[]>;
}
