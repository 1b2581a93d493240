import { waitAfter, type Backoff } from './backoff.js';
import { laneOf } from './operation.js';
import { type Entry } from './queue.js';

/** What to do next: an entry now, or nothing before a moment (milliseconds; Infinity: until something is added). */
export type Next = { readonly entry: Entry } | { readonly at: number };

interface Pause {
  readonly until: number;
  readonly failures: number;
}

const NO_PAUSE: Pause = { until: 0, failures: 0 };

/**
 * Which of the entries in memory comes next (pure: time and chance are passed in). The order within a lane is kept: an entry
 * that waits holds up its lane alone, unless the server itself is the trouble.
 */
export class Agenda {
  readonly #entries: Entry[] = [];
  readonly #lanes = new Map<string | undefined, Pause>();
  #server = NO_PAUSE;

  constructor(private readonly backoff: Backoff) {}

  get size(): number {
    return this.#entries.length;
  }

  get lastNumber(): number {
    return this.#entries.at(-1)?.number ?? 0;
  }

  add(entries: readonly Entry[]): void {
    this.#entries.push(...entries);
  }

  next(now: number): Next {
    if (this.#server.until > now) return { at: this.#server.until };
    let at = Infinity;
    const held = new Set<string | undefined>();
    for (const [position, entry] of this.#entries.entries()) {
      const lane = laneOf(entry.operation);
      // A snapshot is of everything: it goes when it is the first, and nothing passes it.
      if (lane === undefined && position > 0) break;
      if (held.has(lane)) continue;
      const { until } = this.#lanes.get(lane) ?? NO_PAUSE;
      if (until <= now) return { entry };
      at = Math.min(at, until);
      if (lane === undefined) break;
      held.add(lane);
    }
    return { at };
  }

  /** It is done, or refused for good: the server answers again. */
  finished(entry: Entry): void {
    this.#server = NO_PAUSE;
    this.#lanes.delete(laneOf(entry.operation));
    this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  /** The server is the trouble. @returns until when everything waits */
  serverFailed(now: number, chance: number, retryAfterMs: number | undefined): number {
    this.#server = this.#after(this.#server, now, chance, retryAfterMs);
    return this.#server.until;
  }

  /** This one is the trouble. @returns until when its lane waits */
  entryFailed(entry: Entry, now: number, chance: number, retryAfterMs: number | undefined): number {
    this.#server = NO_PAUSE;
    const lane = laneOf(entry.operation);
    const pause = this.#after(this.#lanes.get(lane) ?? NO_PAUSE, now, chance, retryAfterMs);
    this.#lanes.set(lane, pause);
    return pause.until;
  }

  #after(before: Pause, now: number, chance: number, retryAfterMs: number | undefined): Pause {
    const failures = before.failures + 1;
    return { failures, until: now + waitAfter(failures, chance, retryAfterMs, this.backoff) };
  }
}
