import { type Instant } from '#libs/core';

/**
 * A moment of the past. `at`: what was known then, which is what was answered then. `now`: what is known today of how
 * things stood then. Late events change the second, never the first.
 */
export interface Moment {
  readonly asOf: Instant;
  readonly known: 'at' | 'now';
}

export const KNOWN = ['at', 'now'] as const;
