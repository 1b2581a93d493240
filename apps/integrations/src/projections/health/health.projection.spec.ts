import { readdirSync, readFileSync } from 'node:fs';
import { type EventEnvelope } from '#libs/contracts';
import { projectedBy } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { type Health, healthProjection } from './health.projection.js';

const folder = new URL('fixtures/', import.meta.url);
const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T;
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.in.json'))
  .map((file) => file.replace('.in.json', ''));

describe('the health of an integration', () => {
  it.each(names)('%s', (name) => {
    projectedBy(healthProjection)(read<EventEnvelope[]>(`${name}.in.json`)).is(read<Health>(`${name}.out.json`));
  });

  it.each(names)('%s: a repeat of the last record changes nothing', (name) => {
    const events = read<EventEnvelope[]>(`${name}.in.json`);
    projectedBy(healthProjection)([...events, events.at(-1)!]).is(read<Health>(`${name}.out.json`));
  });

  it('belongs to the integration', () => {
    const [event] = read<EventEnvelope[]>('parked.in.json');
    expect(healthProjection.idOf(event!)).toBe('c38qlqlo0aeuocce9mi0');
  });
});
