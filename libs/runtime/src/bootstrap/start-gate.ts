import { setTimeout as pause } from 'node:timers/promises';
import { backoff, doubling } from '#libs/core';
import { isTransient } from '#libs/store';
import { type Log } from '../logging/log.js';

const WAITS = doubling(200, 3_000);

/** The start was given up because the process shall stop. */
export class StartAborted extends Error {
  override readonly name = 'StartAborted';

  constructor(what: string) {
    super(`stopped while waiting for the ${what}`);
  }
}

/**
 * Does `work` as often as it takes: what is down at the start may come up later. Says so once, and again when it works.
 * @throws what `work` throws that another try does not mend; StartAborted
 */
export async function persist<T>(what: string, work: () => Promise<T>, log: Log, signal: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    if (signal.aborted) throw new StartAborted(what);
    try {
      const result = await work();
      if (attempt > 0) log.info({ part: what, attempts: attempt + 1 }, 'up at last');
      return result;
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt === 0) log.warn({ part: what, err: error }, 'not there yet; trying again');
    }
    await pause(backoff(WAITS, attempt, Math.random()), undefined, { signal }).catch(() => undefined);
  }
}
