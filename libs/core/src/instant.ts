/**
 * A point in time as text: RFC 3339 in UTC, three fraction digits, or six where microseconds are not zero
 * (`2026-11-20T09:38:13.321Z`, `2026-11-20T09:38:13.321455Z`). Equal instants have equal texts. What is finer than a
 * microsecond is cut, as PostgreSQL's timestamptz would.
 */
export type Instant = string;

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,12}))?(?:([Zz])|([+-])(\d{2}):?(\d{2}))$/;
const CANONICAL = '0000-00-00T00:00:00.000Z';
const DIGIT = 0x30;
const FIRST_MILLIS = -62_135_596_800_000;
const LAST_MILLIS = 253_402_300_799_999;

/** The canonical text of an RFC 3339 date-time with any offset; `undefined` when it is not one, or names no real day. */
export function parseInstant(text: string): Instant | undefined {
  return isCanonical(text) ? text : parseAny(text);
}

/**
 * Whether `text` is the canonical text of an instant in milliseconds already, as everything we wrote ourselves is: then
 * there is nothing to compute. Day 29 to 31 of a month is left to the calendar.
 */
function isCanonical(text: string): boolean {
  if (text.length !== 24 || text.startsWith('0000')) return false;
  for (let at = 0; at < 24; at++) {
    const code = text.charCodeAt(at);
    const mark = CANONICAL.charCodeAt(at);
    if (mark === DIGIT ? code < 0x30 || code > 0x39 : code !== mark) return false;
  }
  const part = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
  const [month, day] = [part(5), part(8)];
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 && part(11) <= 23 && part(14) <= 59 && part(17) <= 59;
}

function parseAny(text: string): Instant | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHour, offsetMinute] = match;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(wall);
  if (Number(year) < 100) date.setUTCFullYear(Number(year));
  const real = date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1;
  if (!real || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = sign ? (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? 60_000 : -60_000) : 0;
  const digits = fraction.padEnd(6, '0');
  const millis = date.getTime() + offset + Number(digits.slice(0, 3));
  return millis < FIRST_MILLIS || millis > LAST_MILLIS ? undefined : withMicros(millis, digits.slice(3, 6));
}

/** Microseconds stay apart from the number: together they are exact only between 1684 and 2255. */
function withMicros(millis: number, rest: string): Instant {
  const text = new Date(millis).toISOString();
  return rest === '000' ? text : `${text.slice(0, -1)}${rest}Z`;
}

/** Microseconds since 1970-01-01T00:00:00Z; exact for the years 1685 to 2254, else to 32 of them. */
export function microsOf(instant: Instant): number {
  const millis = Date.parse(instant);
  return instant.length === 27 ? millis * 1000 + Number(instant.slice(23, 26)) : millis * 1000;
}

/** Milliseconds since 1970-01-01T00:00:00Z, cut downwards. */
export function millisOf(instant: Instant): number {
  return Date.parse(instant);
}

export function instantOfMillis(millis: number): Instant {
  return new Date(millis).toISOString();
}

export function instantOfMicros(micros: number): Instant {
  const millis = Math.floor(micros / 1000);
  return withMicros(millis, String(micros - millis * 1000).padStart(3, '0'));
}

/** Negative, zero or positive as `a` lies before, at or after `b`. */
export function compareInstants(a: Instant, b: Instant): number {
  if (a === b) return 0;
  // Without the Z the texts order as the times do: one that goes on is later.
  return a.slice(0, -1) < b.slice(0, -1) ? -1 : 1;
}

export function laterOf(a: Instant, b: Instant): Instant {
  return compareInstants(a, b) >= 0 ? a : b;
}

/** Go's zero time, which Alertmanager writes as the end of a firing alert (reference assisted-and-ses C1). */
export function isZeroTime(text: string): boolean {
  return text.startsWith('0001-01-01T00:00:00');
}
