import { type Instant, instantOfMillis, millisOf } from '#libs/core';
import { Refusal } from './source.js';

const HOUR = 60 * 60 * 1000;

/** Refuses what lies more than an hour (or `most` milliseconds) from now: a clock that far off would order history wrong. */
export function faultOfFuture(at: Instant, field: string, now: Instant, most = HOUR): Refusal | undefined {
  if (at <= now || at <= instantOfMillis(millisOf(now) + most)) return undefined;
  const bound = most === HOUR ? 'an hour' : `${most / 60_000} minutes`;
  return new Refusal('rule', `${field}: ${at} lies more than ${bound} ahead of ${now}`);
}
