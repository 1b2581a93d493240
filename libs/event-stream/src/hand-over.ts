import { setTimeout as pause } from 'node:timers/promises';
import { backoff, doubling } from '#libs/core';
import { type Assignment, type Progress } from './assignment.js';
import { FatalStreamError } from './errors.js';
import { type BatchHandler } from './event-log.js';
import { type RecordBatch } from './records.js';

/** What handing over needs from the subscription. */
export interface HandOver {
  readonly handler: BatchHandler;
  /** A batch was handled. */
  moved(): void;
  /** Ends the subscription. */
  fail(error: FatalStreamError): void;
  /** Passing trouble; the same is tried again after a pause. */
  troubled(what: string, error: unknown, tries: number): void;
}

const RETRIES = doubling(100, 5_000);

/**
 * Gives a batch to the handler until it took it; nothing moves meanwhile. Answers the next offset, or undefined when
 * the assignment retired or the handler ended the subscription.
 */
export async function handOver(
  to: HandOver,
  assignment: Assignment,
  progress: Progress,
  batch: RecordBatch,
  heartbeat: () => Promise<void>,
): Promise<number | undefined> {
  progress.busy = true;
  try {
    return await persist(
      to,
      assignment.retired,
      `${batch.topic}/${batch.partition} at ${progress.position}`,
      async () => {
        const next = await to.handler.handle(batch, { signal: assignment.signal, heartbeat });
        progress.position = next;
        to.moved();
        return next;
      },
    );
  } finally {
    progress.busy = false;
  }
}

/**
 * Does `work` until it succeeds, with pauses from 100 ms to 5 s. Answers undefined when `signal` aborted first, or
 * when the error is one that ends the subscription.
 */
export async function persist<T>(
  to: Pick<HandOver, 'fail' | 'troubled'>,
  signal: AbortSignal,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof FatalStreamError) return void to.fail(error);
      if (signal.aborted) return undefined;
      to.troubled(what, error, tries);
      await pause(backoff(RETRIES, tries, Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
