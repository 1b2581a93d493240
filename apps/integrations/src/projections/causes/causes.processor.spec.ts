import { readFileSync } from 'node:fs';
import { type EventEnvelope } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { causeNames, causeOf } from './causes.processor.js';

const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8')) as T;

describe('the place of an alert', () => {
  it('is where the record lies, at the time that the broker stamped', () => {
    const causes = read<EventEnvelope[]>('alert.in.json').map((event, offset) => {
      expect(causeNames.has(event.name)).toBe(true);
      const position = { topic: 'events-stream', partition: 3, offset };
      return causeOf({ event, position, timestamp: Date.parse('2026-11-20T10:00:00Z'), known: true });
    });
    expect(causes).toEqual(read('alert.out.json'));
  });
});
