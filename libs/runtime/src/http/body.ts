import { isUtf8 } from 'node:buffer';
import { problem } from './problem.js';

/** Bounds of a JSON body (reference performance-reliability 2.10). */
export const MAX_DEPTH = 32;
export const MAX_STRING = 64 * 1024;
export const DEFAULT_BODY_LIMIT = 1024 * 1024;
export const LARGEST_BODY_LIMIT = 16 * 1024 * 1024;

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The value of a JSON body.
 * @throws Problem 400 for what is not UTF-8 or not JSON, is nested deeper than 32, holds a string over 64 KiB (or
 *   `longestText` bytes), or a key that would reach an object's prototype
 */
export function parseJsonBody(body: Buffer, { longestText = MAX_STRING } = {}): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformed('the body is not UTF-8');
  checkShape(body, longestText);
  const text = body.toString('utf8');
  const value = parse(text);
  if (mayPollute(text)) refusePollution(value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw malformed(`the body is not JSON${placeOf((error as Error).message)}`);
  }
}

/** Only where it broke off: the engine's message would repeat the body. */
function placeOf(message: string): string {
  const place = /position (\d+)/.exec(message);
  return place ? ` (at byte ${place[1]})` : '';
}

/**
 * Depth and string length in one pass over the bytes, before the parser allocates anything. Bodies that are too small
 * to break a bound are not looked at: a quote pair around MAX_STRING, or MAX_DEPTH pairs of brackets, need room.
 */
function checkShape(body: Buffer, longestText: number): void {
  if (body.length <= MAX_DEPTH * 2) return;
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte === QUOTE) {
      const start = i;
      while (++i < body.length && body[i] !== QUOTE) if (body[i] === BACKSLASH) i++;
      if (i - start - 1 > longestText) throw malformed(`the body holds a text longer than ${longestText} bytes`);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) throw malformed(`the body is nested deeper than ${MAX_DEPTH} levels`);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
}

/** A cheap look at the text: the two words, or an escape in front of a colon that could spell them. */
function mayPollute(text: string): boolean {
  return (
    text.includes('__proto__') || text.includes('"constructor"') || (text.includes('\\u') && text.includes('\\u00'))
  );
}

function refusePollution(value: unknown): void {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const node = left.pop();
    if (node === null || typeof node !== 'object') continue;
    for (const key of Object.keys(node)) {
      if (key === '__proto__' || key === 'constructor') {
        throw problem(400, 'Invalid request', { fields: { [key]: 'this name is not allowed' } });
      }
      left.push((node as Record<string, unknown>)[key]);
    }
  }
}

function malformed(detail: string): Error {
  return problem(400, 'Malformed body', { detail });
}
