/**
 * A point in time as text: RFC 3339 in UTC, three fraction digits, or six where microseconds are not zero
 * (`2026-11-20T09:38:13.321Z`, `2026-11-20T09:38:13.321455Z`). Equal instants have equal texts. What is finer than a
 * microsecond is cut, as PostgreSQL's timestamptz would.
 */
export type Instant = string;

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,12}))?(?:([Zz])|([+-])(\d{2}):?(\d{2}))$/;
const LAST_MICROS = 253_402_300_799_999_999;

/** The canonical text of an RFC 3339 date-time with any offset; `undefined` when it is not one, or names no real day. */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHour, offsetMinute] = match;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(wall);
  if (Number(year) < 100) date.setUTCFullYear(Number(year));
  const real = date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1;
  if (!real || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = sign ? (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? 60_000 : -60_000) : 0;
  const micros = (date.getTime() + offset) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  return Math.abs(micros) > LAST_MICROS ? undefined : instantOfMicros(micros);
}

/** Microseconds since 1970-01-01T00:00:00Z; exact for years 1 to 9999. */
export function microsOf(instant: Instant): number {
  const millis = Date.parse(instant);
  return instant.length === 27 ? millis * 1000 + Number(instant.slice(23, 26)) : millis * 1000;
}

/** Milliseconds since 1970-01-01T00:00:00Z, cut downwards. */
export function millisOf(instant: Instant): number {
  return Math.floor(microsOf(instant) / 1000);
}

export function instantOfMillis(millis: number): Instant {
  return new Date(millis).toISOString();
}

export function instantOfMicros(micros: number): Instant {
  const millis = Math.floor(micros / 1000);
  const rest = micros - millis * 1000;
  const text = new Date(millis).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** Negative, zero or positive as `a` lies before, at or after `b`. */
export function compareInstants(a: Instant, b: Instant): number {
  return a === b ? 0 : microsOf(a) - microsOf(b);
}

export function laterOf(a: Instant, b: Instant): Instant {
  return compareInstants(a, b) >= 0 ? a : b;
}

/** Go's zero time, which Alertmanager writes as the end of a firing alert (reference assisted-and-ses C1). */
export function isZeroTime(text: string): boolean {
  return text.startsWith('0001-01-01T00:00:00');
}
