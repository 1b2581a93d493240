import { isUtf8 } from 'node:buffer';
import { Refusal, Unreadable } from './source.js';

const MIB = 1024 * 1024;
/** Largest bodies, in bytes (reference performance-reliability 2.10). */
export const MAX_SINGLE = MIB;
export const MAX_BATCH = 5 * MIB;
export const MAX_LINES = 16 * MIB;
/** Events of one POST. */
export const MAX_EVENTS = 1000;
/** Beyond this size nesting is looked at before the parser allocates anything; below it cannot do harm. */
const SMALL = 64 * 1024;
const MAX_DEPTH = 40;

const NEWLINE = 0x0a;

/** The value of a JSON body, or why there is none. */
export function parseJson(bytes: Buffer, max = MAX_BATCH): unknown {
  if (bytes.length > max) return new Refusal('size', `the body is larger than ${max} bytes`);
  const value = parse(bytes);
  if (value instanceof Unreadable) return new Refusal('type', `the body ${value.reason}`);
  return value;
}

/** Whether a JSON body is one object, and no list. */
export function isOneObject(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 0x20) return byte === 0x7b;
  return false;
}

/** The values of newline-delimited JSON; a line that cannot be read is `Unreadable`, blank lines do not count. */
export function parseLines(bytes: Buffer): unknown {
  if (bytes.length > MAX_LINES) return new Refusal('size', `the body is larger than ${MAX_LINES} bytes`);
  const values: unknown[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    start = end + 1;
    if (isBlank(line)) continue;
    if (values.length === MAX_EVENTS) return new Refusal('size', `expected at most ${MAX_EVENTS} lines`);
    values.push(parseLine(line));
  }
  return values;
}

function parseLine(line: Buffer): unknown {
  if (line.length > MAX_SINGLE) return new Unreadable(`the line is larger than ${MAX_SINGLE} bytes`);
  const value = parse(line);
  return value instanceof Unreadable ? new Unreadable(`the line ${value.reason}`) : value;
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return new Unreadable('is empty');
  if (!isUtf8(bytes)) return new Unreadable('is not UTF-8');
  if (bytes.length > SMALL && isDeeperThan(bytes, MAX_DEPTH))
    return new Unreadable(`is nested deeper than ${MAX_DEPTH} levels`);
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    return new Unreadable(`is not JSON${placeOf((error as Error).message)}`);
  }
}

/** Only where it broke off: the engine's message would repeat the body. */
function placeOf(message: string): string {
  const place = /position (\d+)/.exec(message)?.[1];
  return place === undefined ? '' : ` (at character ${place})`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Counts brackets outside strings. */
function isDeeperThan(bytes: Buffer, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    // { and [ are 0x7b and 0x5b, } and ] two more.
    else if ((byte | 0x20) === 0x7b && ++depth > limit) return true;
    else if ((byte | 0x20) === 0x7d) depth--;
  }
  return false;
}
