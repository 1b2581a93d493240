import { type Instant } from '#libs/core';
import { readTag } from '../incident/incident.refusals.js';
import { type IncidentFilter } from '../projections/incidents/incidents.filter.js';
import { invalid } from './argus-error.js';
import { lastOf } from './asked.js';
import { isDatetimeFault, parseDatetime } from './datetime.js';
import { type Outcome, type Reader } from './fields.js';
import { characterFaults, isNumber } from './readers.js';
import { TAG_FAULTS } from './tags.js';

/** The filters of a query: what a list is narrowed to, and whether by something that does not exist. */
export interface ArgusFilter extends Omit<IncidentFilter, 'now'> {
  /** A stored filter that there is not: nothing is found. */
  readonly nothing?: true;
}

type Name = keyof ArgusFilter;
type Parameter = readonly [name: string, into: Name, read: Reader<unknown>];

/**
 * Reference argus.md 1.3, query filters.
 * @throws ArgusError 400 with every parameter that cannot be read; unknown and empty ones are ignored
 */
export function readFilter(query: URLSearchParams, { mine, zone }: { mine: boolean; zone: string }): ArgusFilter {
  const errors: Record<string, unknown> = {};
  const filter: Record<string, unknown> = {};
  for (const [name, into, read] of mine ? common(zone) : [...common(zone), ...FOR_ALL]) {
    const text = lastOf(query, name);
    if (text === undefined) continue;
    const faults = name === 'search' ? [] : characterFaults(text);
    const outcome = faults.length > 0 ? { errors: faults } : read(text);
    if ('errors' in outcome) errors[name] = outcome.errors;
    else if (outcome.value !== undefined) filter[into] = outcome.value;
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return filter;
}

/** Anything but these words does not filter. */
const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

const boolean: Reader<boolean | undefined> = (value) => ({ value: BOOLEANS.get((value as string).toLowerCase()) });
const onlyTrue: Reader<boolean | undefined> = (value) => ({
  value: BOOLEANS.get((value as string).toLowerCase()) || undefined,
});
const anyBoolean: Reader<boolean | undefined> = (value) => ({
  value: BOOLEANS.has((value as string).toLowerCase()) || undefined,
});
const plain: Reader<string> = (value) => ({ value: value as string });
const words: Reader<string | undefined> = (value) => ({
  value: (value as string).replaceAll(/[\0\s,]+/g, ' ').trim() || undefined,
});
const names: Reader<readonly string[]> = (value) => ({ value: parts(value as string) });

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function common(zone: string): readonly Parameter[] {
  const time = instant(zone);
  return [
    ['open', 'open', boolean],
    ['acked', 'acked', boolean],
    ['stateful', 'stateful', boolean],
    ['ticket', 'ticket', boolean],
    ['hide_closed_acked', 'hideClosedAcked', onlyTrue],
    ['tags', 'anyTags', tagList],
    ['duration__gte', 'minDuration', minutes],
    ['token_expiry', 'tokenExpiry', anyBoolean],
    ['filter_pk', 'nothing', storedFilter],
    ['notificationprofile_pk', 'nothing', storedFilter],
    ['source_incident_id', 'sourceIncidentId', plain],
    ['start_time__gte', 'from', time],
    ['start_time__lte', 'to', time],
    ['end_time__gte', 'endFrom', time],
    ['end_time__lte', 'endTo', time],
    ['end_time__isnull', 'endIsNull', boolean],
  ];
}

/** Of `mine` these are ignored. */
const FOR_ALL: readonly Parameter[] = [
  ['id__in', 'pks', keys(Number.MAX_SAFE_INTEGER)],
  ['source__id__in', 'sourcePks', keys(2 ** 31 - 1)],
  ['source__name__in', 'sourceNames', names],
  ['source__type__in', 'sourceTypes', names],
  ['level__lte', 'minLevel', worst],
  ['search', 'search', words],
];

function number(value: unknown): Outcome<number> {
  return isNumber(value as string) ? { value: Number(value) } : { errors: ['Enter a number.'] };
}

/** Zero does not filter (reference 9.5). Whole minutes within what the database can add to a time. */
function minutes(value: unknown): Outcome<number | undefined> {
  const read = number(value);
  if ('errors' in read) return read;
  return { value: read.value === 0 ? undefined : clamped(Math.ceil(read.value), 2e9) };
}

/** Levels are whole numbers from 1 to 5. */
function worst(value: unknown): Outcome<number> {
  const read = number(value);
  return 'errors' in read ? read : { value: clamped(Math.floor(read.value), 10) };
}

function clamped(number: number, most: number): number {
  return Math.max(-most, Math.min(most, number));
}

/** Numbers that can be no key find nothing. */
function keys(most: number): Reader<readonly number[]> {
  return (value) => {
    const found = parts(value as string);
    if (!found.every(isNumber)) return { errors: ['Enter a number.'] };
    return { value: found.map(Number).filter((key) => Number.isInteger(key) && key > 0 && key <= most) };
  };
}

/** No filter is stored yet under any key. */
function storedFilter(value: unknown): Outcome<true> {
  if (!isNumber(value as string)) return { errors: ['Enter a number.'] };
  return Number.isInteger(Number(value)) ? { value: true } : { errors: ['Enter a whole number.'] };
}

function instant(zone: string): Reader<Instant> {
  return (value) => {
    const read = parseDatetime(value as string, zone);
    return isDatetimeFault(read) ? { errors: ['Enter a valid date/time.'] } : { value: read };
  };
}

/** Tags without a value can be stored, but not asked for (reference 1.3). */
function tagList(value: unknown): Outcome<readonly string[]> {
  const found: string[] = [];
  for (const part of parts(value as string)) {
    const read = readTag(part);
    if ('fault' in read) return { errors: [TAG_FAULTS[read.fault]] };
    if (read.tag.endsWith('=') && read.tag.indexOf('=') === read.tag.length - 1) {
      return { errors: ['The value of the tag cannot be empty.'] };
    }
    found.push(read.tag);
  }
  return { value: found };
}
