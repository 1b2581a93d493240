/** How long to leave a server alone that did not answer well. */
export interface Backoff {
  /** Milliseconds after the first failure; doubled with each further one. */
  readonly firstMs: number;
  readonly mostMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { firstMs: 500, mostMs: 60_000 };

/**
 * Half of the wait is fixed and half is left to chance, so that many clients that lost one server do not come back at one
 * moment. What the server asks for by Retry-After is never undercut.
 * @param failures in a row, from 1
 * @param chance from 0 to 1
 * @returns milliseconds
 */
export function waitAfter(
  failures: number,
  chance: number,
  retryAfterMs: number | undefined,
  { firstMs, mostMs }: Backoff,
): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  const wait = whole / 2 + (whole / 2) * chance;
  return retryAfterMs === undefined ? wait : retryAfterMs + wait;
}
