import { setTimeout as pause } from 'node:timers/promises';
import { type BatchHandler } from '#libs/event-stream';

/** How a pace is kept: milliseconds of a clock, and a wait that a signal may end. */
export interface Pacing {
  now(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const real: Pacing = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => pause(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** Records of a batch that a pace is kept for: a few of them are waited for at a time, never a minute. */
export const PACED_BATCH = 500;

/**
 * `handler`, which takes no more records a second than `perSecond` says, over all its partitions: each batch is followed by the time that
 * it may cost. Reading takes a few microseconds a record, which whatever else the process does would miss.
 */
export function paced(handler: BatchHandler, perSecond: () => number, { now, wait }: Pacing = real): BatchHandler {
  let paidUntil = 0;
  return {
    resumeFrom: (topic, topicId, partitions) => handler.resumeFrom(topic, topicId, partitions),
    handle: async (batch, context) => {
      const next = await handler.handle(batch, context);
      paidUntil = Math.max(paidUntil, now()) + (batch.records.length / perSecond()) * 1000;
      if (!context.signal.aborted) await wait(paidUntil - now(), context.signal);
      return next;
    },
  };
}
