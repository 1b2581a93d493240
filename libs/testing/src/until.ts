import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** Milliseconds until it fails; 10 s unless said otherwise. */
  readonly timeout?: number;
  /** Milliseconds between two looks; 20 unless said otherwise. */
  readonly interval?: number;
  /** What is awaited, for the message. */
  readonly what?: string;
}

/**
 * Looks until `look` answers something truthy, and answers that. A look that throws counts as not yet.
 * @throws Error with the last value or error that was seen
 */
export async function until<T>(
  look: () => T | Promise<T>,
  { timeout = 10_000, interval = 20, what = 'the condition' }: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + timeout;
  let seen = 'nothing';
  for (;;) {
    try {
      const value = await look();
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
      seen = JSON.stringify(value) ?? String(value);
    } catch (error) {
      seen = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    if (performance.now() > deadline)
      throw new Error(`${what} did not come true within ${timeout} ms; last seen: ${seen}`);
    await pause(interval);
  }
}
