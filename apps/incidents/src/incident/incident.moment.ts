import { compareInstants, type Instant, laterOf } from '#libs/core';
import { type Incident } from './incident.js';

/** Whether it is open at `now`: an end in the future is none yet. */
export function isOpen({ stateful, endTime }: Pick<Incident, 'stateful' | 'endTime'>, now: Instant): boolean {
  return stateful && (endTime === undefined || isAfter(endTime, now));
}

/** Until when it counts as acknowledged, past or to come; null for one that never was. */
export function ackedUntil({ acks }: Pick<Incident, 'acks'>): Instant | 'infinity' | null {
  let latest: Instant | null = null;
  for (const { expiration } of acks) {
    if (expiration === null) return 'infinity';
    latest = latest === null ? expiration : laterOf(latest, expiration);
  }
  return latest;
}

export function isAcked(until: Instant | 'infinity' | null, now: Instant): boolean {
  return until === 'infinity' || (until !== null && isAfter(until, now));
}

export function isAfter(a: Instant, b: Instant): boolean {
  return compareInstants(a, b) > 0;
}

export function earlierOf(a: Instant, b: Instant): Instant {
  return isAfter(a, b) ? b : a;
}
