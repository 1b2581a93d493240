import { type Instant, instantOfMicros } from '#libs/core';

const LAST_NANOS = 253_402_300_799_999_999_999n;

/** The instant of nanoseconds since 1970, as a bigint, text or number; undefined for 0, which says unknown, and for what is none. */
export function instantOfNanos(value: unknown): Instant | undefined {
  const nanos = nanosOf(value);
  if (nanos === undefined || nanos <= 0n || nanos > LAST_NANOS) return undefined;
  return instantOfMicros(Number(nanos / 1000n));
}

function nanosOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

/** Milliseconds that a record's time may lie ahead (reference demo-and-slo 3.1). */
export const MOST_AHEAD = 10 * 60 * 1000;
