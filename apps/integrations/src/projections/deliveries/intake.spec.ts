import { readdirSync, readFileSync } from 'node:fs';
import { type EventEnvelope } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { handledNames, intakeOf } from './intake.js';

const folder = new URL('fixtures/', import.meta.url);
const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T;
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.in.json'))
  .map((file) => file.replace('.in.json', ''));

describe('the rows of a batch', () => {
  it.each(names)('%s', (name) => {
    const batch = read<EventEnvelope[]>(`${name}.in.json`).map((event, offset) => ({
      event,
      position: { topic: 'events-stream', partition: 3, offset },
      timestamp: 0,
      known: true,
    }));
    expect(batch.every(({ event }) => handledNames.has(event.name))).toBe(true);
    expect(intakeOf(batch)).toEqual(read(`${name}.out.json`));
  });
});
