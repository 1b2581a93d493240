import { type Instant, parseInstant } from '#libs/core';
import { type Place } from './host.js';

/** Characters of a text that a record may hold (ingestion refuses more). */
const LONGEST = 60_000;

/**
 * A line of a log as a sample (reference integrations-and-sinks 2.7): a JSON object stays one, and its `@t` (older
 * versions: `Date`) is its time; any other line is a text of now.
 */
export function logSampleOf(line: string, place: Place, ingestId: string, now: Instant): Record<string, unknown> {
  const message = objectOf(line);
  const time = message?.['@t'] ?? message?.['Date'];
  const at = (typeof time === 'string' ? parseInstant(time) : undefined) ?? now;
  const text = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  return { kind: 'LogRecord', ...place, at, message: message ?? text, source: 'eventstoredb', ingestId };
}

function objectOf(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
