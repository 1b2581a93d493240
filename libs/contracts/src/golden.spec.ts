import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventType, eventTypes } from './catalogue.js';
import { decodeRecord } from './decode.js';
import { type EventEnvelope } from './envelope.js';
import { keyOf } from './key.js';
import { sampleTypes } from './samples/index.js';

/** A record as it was written under that version, and what every later reader must make of it. */
interface Golden {
  readonly record: { name: string; payload: unknown; metadata: Record<string, unknown> };
  readonly reads: { payload: unknown; key: string };
}

const folder = path.resolve('libs/contracts/golden');
const files = readdirSync(folder).sort();
const goldenOf = (file: string): Golden => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Golden;

const read = ({ record }: Golden): EventEnvelope => {
  const value = Buffer.from(JSON.stringify(record));
  const decoded = decodeRecord(
    { topic: 'events-stream', partition: 0, offset: 0, timestamp: 0, value },
    { organizationId: 'o-default', projectId: 'p-default' },
  );
  if (decoded.kind !== 'event') throw new Error(JSON.stringify(decoded));
  return decoded.event;
};

describe('golden records', () => {
  it('are there for every event and each of its versions, and for nothing else', () => {
    const expected = [...eventTypes, ...sampleTypes].flatMap(({ name, version }) =>
      Array.from({ length: version }, (_, index) => `${name}.v${index + 1}.json`),
    );
    expect(files).toEqual(expected.sort());
  });

  it.each(files)('%s still reads as it did', (file) => {
    const golden = goldenOf(file);
    const event = read(golden);
    expect({ payload: event.payload, key: keyOf(event) }).toEqual(golden.reads);
    expect(event.metadata.schemaVersion).toBe(eventType(event.name)!.version);
  });

  it.each(files)('%s read and written again reads the same', (file) => {
    const event = read(goldenOf(file));
    const again = read({ ...goldenOf(file), record: { ...event, metadata: { ...event.metadata } } });
    expect(again).toEqual(event);
  });

  it.each(files)('%s keeps fields that a later producer added', (file) => {
    const { record } = goldenOf(file);
    const later = { ...record, payload: { ...(record.payload as object), addedLater: 1 } };
    expect(read({ ...goldenOf(file), record: later }).payload).toMatchObject({ addedLater: 1 });
  });
});
