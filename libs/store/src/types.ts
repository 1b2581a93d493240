import { types } from 'pg';

const BIGINT = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const UTC_TEXT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

const parsers = new Map<number, (text: string) => unknown>([
  [BIGINT, bigintOf],
  [DATE, (text) => text],
  [TIMESTAMP, (text) => text],
  [TIMESTAMPTZ, instantOfRow],
]);

/** How values of rows become JavaScript values; the session's time zone has to be UTC. See `Tx`. */
export const rowTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    const own = format === 'binary' ? undefined : parsers.get(oid);
    return own ?? (types.getTypeParser(oid, format) as (value: string) => unknown);
  },
};

/** @throws RangeError above 2^53, where a number would no longer be exact */
function bigintOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
  return value;
}

/** The canonical instant of PostgreSQL's ISO output in UTC; `infinity` and years beyond 9999 stay as they are. */
export function instantOfRow(text: string): string {
  const match = UTC_TEXT.exec(text);
  if (!match) return text;
  const [, day, time, fraction = ''] = match;
  return `${day}T${time}.${fraction.padEnd(fraction.length > 3 ? 6 : 3, '0')}Z`;
}
