import { type Instant, isUuid, parseInstant } from '#libs/core';
import { decodeCursor, encodeCursor, pathOf } from '#libs/runtime';
import { type ArgusRequest, lastOf } from './asked.js';
import { refused } from './argus-error.js';

/** The sort values of a row of a list: newest first, then by what tells those of one moment apart. */
export type Position<Key extends string | number> = readonly [time: Instant, key: Key];

/** Whether a value of a cursor is the second of a list's sort values. */
export type IsKey<Key> = (value: unknown) => value is Key;

/** Lists of incidents end ties by the row's UUID, those of events by the event's key. */
export const isRowId: IsKey<string> = (value): value is string => typeof value === 'string' && isUuid(value);
export const isEventPk: IsKey<number> = (value): value is number => Number.isSafeInteger(value);

/** Which rows of a list are asked for. */
export interface ArgusPage<Key extends string | number> {
  /** Rows a page. */
  readonly size: number;
  /** Rows beyond this one; absent at the beginning of the list. */
  readonly from?: Position<Key> | undefined;
  /** Towards the beginning: rows before `from`, the nearest of them. */
  readonly backwards: boolean;
}

/** One page as Argus answers it; the addresses are whole. */
export interface PageAnswer<Item> {
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Item[];
}

const DEFAULT_SIZE = 100;
/** Argus has no bound; this one keeps an answer within the memory of a process. */
const MAX_SIZE = 10_000;

/** @throws ArgusError 404 "Invalid cursor" */
export function pageAsked<Key extends string | number>(query: URLSearchParams, isKey: IsKey<Key>): ArgusPage<Key> {
  const cursor = lastOf(query, 'cursor');
  return { size: sizeOf(lastOf(query, 'page_size')), ...(cursor === undefined ? START : read(cursor, isKey)) };
}

const START = { backwards: false } as const;

/** What is no positive number is the default. */
function sizeOf(text = ''): number {
  const size = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return size === 0 ? DEFAULT_SIZE : Math.min(size, MAX_SIZE);
}

function read<Key extends string | number>(
  cursor: string,
  isKey: IsKey<Key>,
): { from: Position<Key>; backwards: boolean } {
  const [time, key, backwards] = decoded(cursor) ?? [];
  const timely = typeof time === 'string' && parseInstant(time) === time;
  if (timely && isKey(key) && (backwards === 0 || backwards === 1)) {
    return { from: [time, key], backwards: backwards === 1 };
  }
  throw refused(404, { detail: 'Invalid cursor' });
}

function decoded(cursor: string): readonly unknown[] | undefined {
  try {
    return decodeCursor(cursor, 3);
  } catch {
    return undefined;
  }
}

/** The page of `rows`, which are one more than its size where the list goes on in the direction asked. */
export function pageAnswer<Row, Key extends string | number>(
  { origin, url, query }: Pick<ArgusRequest, 'origin' | 'url' | 'query'>,
  page: ArgusPage<Key>,
  rows: readonly Row[],
  positionOf: (row: Row) => Position<Key>,
): PageAnswer<Row> {
  const more = rows.length > page.size;
  const nearest = rows.slice(0, page.size);
  const results = page.backwards ? nearest.toReversed() : nearest;
  const link = (row: Row | undefined, backwards: boolean): string | null =>
    row === undefined ? null : linkTo(`${origin}${pathOf(url)}`, query, positionOf(row), backwards);
  const goesBack = page.backwards ? more : page.from !== undefined;
  return {
    next: page.backwards || more ? link(results.at(-1), false) : null,
    previous: goesBack ? link(results[0], true) : null,
    results,
  };
}

/** All other parameters go along, sorted. */
function linkTo(
  base: string,
  query: URLSearchParams,
  [time, key]: Position<string | number>,
  backwards: boolean,
): string {
  const all = new URLSearchParams(query);
  all.set('cursor', encodeCursor([time, key, backwards ? 1 : 0]));
  all.sort();
  return `${base}?${all.toString()}`;
}
