import { type Projection, instantOfMillis, type Instant } from '#libs/core';
import { type StreamRecord } from '#libs/event-stream';
import { type DeadLetter, readDeadLetter } from '#libs/runtime';

/** A dead letter as the list shows it. */
export interface DeadLetterDocument {
  readonly id: string;
  /** Where the record lies that could not be read or decided. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** What was wrong with it, for a person. */
  readonly reason: string;
  /** `undecodable`, `unknown-organization`, or the name of the error. */
  readonly error: string;
  /** When it was put aside. */
  readonly at: Instant;
  /** Who could not take it; null where nobody can read it. */
  readonly processor: string | null;
  /** Bytes of its value; null where it had none. */
  readonly size: number | null;
  /** Whether the letter holds the whole record, so that it can be replayed. */
  readonly replayable: boolean;
}

/** A record of the dead-letters topic that is a letter of ours. */
export interface ReceivedLetter {
  readonly letter: DeadLetter;
  readonly at: Instant;
}

/** @returns undefined for a record that is none */
export function receivedLetter(record: StreamRecord): ReceivedLetter | undefined {
  const letter = readDeadLetter(record);
  return letter && { letter, at: instantOfMillis(record.timestamp) };
}

/** The list of dead letters. The same letter written twice (a crash between) is one. */
export const deadLettersProjection: Projection<DeadLetterDocument, ReceivedLetter> = {
  name: 'dead-letters',
  version: 1,
  handles: new Set(),
  idOf: ({ letter }) => letter.id,
  evolve(document, { letter, at }) {
    if (document) return document;
    const { id, topic, partition, offset, message, error, group, value, truncated } = letter;
    return {
      id,
      topic,
      partition,
      offset,
      reason: message === '' ? error : message,
      error,
      at,
      processor: group ?? null,
      size: value === null ? null : value.length,
      replayable: truncated.length === 0,
    };
  },
};
