import { type Instant, instantOfMillis, millisOf } from '#libs/core';
import { Temporal } from 'temporal-polyfill';

/** What a text of Argus may be wrong as (reference argus.md 1.1, datetimes). */
export type DatetimeFault = 'format' | 'range';

export const DATETIME_FAULTS: Readonly<Record<DatetimeFault, string>> = {
  format:
    'Datetime has wrong format. Use one of these formats instead: ' +
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z], or 'infinity'.",
  range: 'Datetime value out of range.',
};

/** A time as it was written: its fields, and its offset in minutes where it states one. */
interface Written {
  readonly date: Temporal.PlainDateTime;
  readonly offset: number | undefined;
}

const DATE = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})(\d{2})(\d{2})|(\d{4})-?W(\d{2})(?:-?([1-7]))?)/;
const EXTENDED = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,32}))?)?)?(?![\d:])/;
const BASIC = /^(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d{1,32}))?)?/;
const OFFSET = /^\s?(?:(Z)|([+-])(\d{2})(?::?(\d{2}))?)?$/;
const DAY = 86_400_000;

/**
 * The instant of an ISO 8601 text; one without an offset is read in `zone`: of the two times of an autumn hour the first,
 * and an hour that spring leaves out an hour later. What is finer than a microsecond is cut.
 */
export function parseDatetime(text: string, zone: string): Instant | DatetimeFault {
  const written = text.length <= 80 ? read(text) : undefined;
  if (!written) return 'format';
  try {
    return written.offset === undefined ? naive(written.date, zone) : aware(written.date, written.offset, zone);
  } catch {
    return 'range';
  }
}

export function isDatetimeFault(value: string): value is DatetimeFault {
  return value === 'format' || value === 'range';
}

/** A naive time that is the last there is: how clients without a word for it write "no end" (reference 1.1, 5.2). */
export function isNaiveMax(text: string): boolean {
  const written = text.length <= 80 ? read(text) : undefined;
  return written !== undefined && written.offset === undefined && written.date.equals(MAX);
}

/** The last time that Argus can hold, in `zone`. */
export function isMax(instant: Instant, zone: string): boolean {
  return instant === LAST && zone === 'UTC';
}

const MAX = Temporal.PlainDateTime.from('9999-12-31T23:59:59.999999');
const LAST = '9999-12-31T23:59:59.999999Z';

function read(text: string): Written | undefined {
  const date = DATE.exec(text);
  if (!date) return undefined;
  const rest = text.slice(date[0].length);
  const day = dayOf(date);
  if (!day) return undefined;
  if (rest === '') return { date: day.toPlainDateTime(), offset: undefined };
  return /^[Tt ]/.test(rest) ? readTime(day, rest.slice(1)) : undefined;
}

function readTime(day: Temporal.PlainDate, text: string): Written | undefined {
  const time = EXTENDED.exec(text) ?? BASIC.exec(text);
  const offset = time && OFFSET.exec(text.slice(time[0].length));
  if (!offset) return undefined;
  const [hour, minute, second] = [1, 2, 3].map((at) => Number(time[at] ?? 0)) as [number, number, number];
  const micros = (time[4] ?? '').padEnd(6, '0').slice(0, 6);
  const [offsetHours, offsetMinutes] = [Number(offset[3] ?? 0), Number(offset[4] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const minutes = (offsetHours * 60 + offsetMinutes) * (offset[2] === '-' ? -1 : 1);
  const fields = {
    hour,
    minute,
    second,
    millisecond: Number(micros.slice(0, 3)),
    microsecond: Number(micros.slice(3)),
  };
  return {
    date: day.toPlainDateTime(fields),
    offset: offset[1] === undefined && offset[2] === undefined ? undefined : minutes,
  };
}

/** By fields, by eight digits, or by ISO week. */
function dayOf(match: RegExpExecArray): Temporal.PlainDate | undefined {
  const [, y1, m1, d1, y2, m2, d2, weekYear, week, weekday] = match;
  try {
    if (weekYear !== undefined) return dayOfWeek(Number(weekYear), Number(week), Number(weekday ?? 1));
    const [year, month, day] = [Number(y1 ?? y2), Number(m1 ?? m2), Number(d1 ?? d2)];
    return year < 1 ? undefined : Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

/** ISO 8601: 4 January lies in week 1. */
function dayOfWeek(year: number, week: number, weekday: number): Temporal.PlainDate | undefined {
  const fourth = Temporal.PlainDate.from({ year, month: 1, day: 4 });
  const day = fourth.add({ days: (week - 1) * 7 + weekday - fourth.dayOfWeek });
  return day.yearOfWeek === year && day.weekOfYear === week ? day : undefined;
}

function naive(date: Temporal.PlainDateTime, zone: string): Instant | DatetimeFault {
  const { epochMilliseconds } = date.toZonedDateTime(zone, { disambiguation: 'compatible' });
  return instant(epochMilliseconds, date.microsecond);
}

/** Argus brings it to its own zone, where it must still be a date of the years 1 to 9999. */
function aware(date: Temporal.PlainDateTime, offset: number, zone: string): Instant | DatetimeFault {
  const millis = date.toZonedDateTime('UTC').epochMilliseconds - offset * 60_000;
  const there = millis + offsetAt(millis, zone) * 60_000;
  return there < FIRST_MILLIS || there > LAST_MILLIS ? 'range' : instant(millis, date.microsecond);
}

const FIRST_MILLIS = -62_135_596_800_000;
const LAST_MILLIS = 253_402_300_799_999;

function instant(millis: number, micros: number): Instant | DatetimeFault {
  if (millis < FIRST_MILLIS || millis > LAST_MILLIS) return 'range';
  const text = instantOfMillis(millis);
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

/**
 * An instant as Argus writes it: in `zone`, with its offset (`Z` where that is zero), and microseconds only where they are
 * not zero (`2020-12-11T15:50:42.123456+01:00`).
 */
export function printDatetime(at: Instant, zone: string): string {
  const micros = at.slice(20, -1).padEnd(6, '0');
  const fraction = micros === '000000' ? '' : `.${micros}`;
  if (zone === 'UTC') return `${at.slice(0, 19)}${fraction}Z`;
  const millis = millisOf(at);
  const offset = offsetAt(millis, zone);
  const there = millis + offset * 60_000;
  if (there < FIRST_MILLIS || there > LAST_MILLIS) return `${at.slice(0, 19)}${fraction}Z`;
  return `${instantOfMillis(there).slice(0, 19)}${fraction}${printOffset(offset)}`;
}

function printOffset(minutes: number): string {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const offsets = new Map<string, Map<number, number>>();
/** Zones change their offset at whole quarters of an hour, and asking for it costs more than all the rest of a time. */
const QUARTER = 900_000;
const KEPT = 20_000;

/** Minutes that `zone` is ahead of UTC. */
function offsetAt(millis: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let known = offsets.get(zone);
  if (!known) offsets.set(zone, (known = new Map<number, number>()));
  const quarter = Math.floor(millis / QUARTER);
  let offset = known.get(quarter);
  if (offset === undefined) {
    const at = Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER).toZonedDateTimeISO(zone);
    offset = Math.trunc(at.offsetNanoseconds / 60e9);
    if (known.size >= KEPT) known.clear();
    known.set(quarter, offset);
  }
  return offset;
}

/** Whether there is such a time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(DAY).toZonedDateTimeISO(zone);
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}
