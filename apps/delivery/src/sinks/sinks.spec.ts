import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openSink } from '../config.js';
import { type Call, type Message, type Sink } from '../sink.js';
import { sinks } from './index.js';

const here = path.join(process.cwd(), 'apps/delivery/src/sinks');
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const read = (sink: Sink, file: string): unknown =>
  JSON.parse(readFileSync(path.join(here, sink.name, 'fixtures', file), 'utf8'));
const fixturesOf = (sink: Sink): string[] =>
  readdirSync(path.join(here, sink.name, 'fixtures'))
    .filter((file) => file.endsWith('.in.json'))
    .map((file) => file.replace('.in.json', ''));

describe('the list of sinks', () => {
  it('names every folder once, and nothing else', () => {
    expect(sinks.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
  });
});

describe.each([...sinks])('$name', (sink) => {
  const files = readdirSync(path.join(here, sink.name));

  it('has its sink, spec, fixtures and README', () => {
    const own = [
      `${sink.name}.sink.ts`,
      `${sink.name}.sink.spec.ts`,
      `${sink.name}.render.ts`,
      'fixtures',
      'README.md',
    ];
    expect(files).toEqual(expect.arrayContaining(own));
    expect(fixturesOf(sink).length).toBeGreaterThan(0);
  });

  it.each(fixturesOf(sink))('renders %s as recorded, and changes nothing by it', (name) => {
    const message = read(sink, `${name}.in.json`) as Message;
    expect(sink.render(message)).toEqual(read(sink, `${name}.out.json`));
    expect(sink.render(message)).toEqual(sink.render(read(sink, `${name}.in.json`) as Message));
  });

  it.each(fixturesOf(sink))('has in %s a whole message, as the host makes it', (name) => {
    const { deliveryId, integrationId, incident, event } = read(sink, `${name}.in.json`) as Message;
    expect([deliveryId, integrationId, incident.incidentId].every(Boolean)).toBe(true);
    expect(event).toEqual({ id: incident.last.eventId, name: incident.last.name });
  });

  it('says what each of its variables may hold, and needs none', () => {
    for (const type of Object.values(sink.environment)) expect(type.description).toBeTruthy();
    expect(() => openSink(sink, {})).not.toThrow();
  });

  it('ends a call at once when it is told to, without throwing and without a secret in what it says', async () => {
    const target = openSink(sink, {});
    const secrets = Object.fromEntries(sink.secretFields.map((field) => [field, `planted-${field}-secret`]));
    const config = sink.config.parse({ channelId: 'C1' });
    const call: Call<unknown> = { config, secrets, signal: AbortSignal.abort() };
    const rendered = sink.render(read(sink, `${fixturesOf(sink)[0]}.in.json`) as Message);
    const began = performance.now();
    const said = await Promise.all([
      target.send(rendered, undefined, call),
      target.send(rendered, { channel: 'C1', ts: '1.1' }, call),
      target.probe('', call),
    ]);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(JSON.stringify(said)).not.toContain('planted');
    await target.close();
  });
});
