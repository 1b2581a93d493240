import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
// @ts-expect-error -- a script without types
import { contractFiles } from './events-md.mjs';
// @ts-expect-error -- a script without types
import { differences } from './sync.mjs';

const catalogue = {
  eventTypes: [
    {
      name: 'DoorOpened',
      version: 2,
      says: 'Somebody opened a door.',
      schema: z.looseObject({
        door: z.string(),
        tags: z.array(z.string()).default([]),
        by: z.enum(['key', 'kick']).optional(),
        labels: z.record(z.string(), z.string()).optional(),
        at: z.string().meta({ format: 'date-time' }).nullish(),
      }),
    },
  ],
  sampleTypes: [
    { name: 'DoorMeasured', version: 1, says: 'How warm a door is.', schema: z.looseObject({ degrees: z.number() }) },
  ],
  topicSpecs: () => [
    { topic: 'events-stream', partitions: 12, retentionMs: -1, holds: 'facts' },
    { topic: 'samples', partitions: 3, retentionMs: 604_800_000, holds: 'samples' },
  ],
  defaultTopics: {},
  HEADERS: { name: 'name', id: 'id' },
};
const files = (contractFiles as (c: unknown, s: unknown) => Map<string, string>)(catalogue, z.toJSONSchema);

describe('EVENTS.md', () => {
  const page = files.get('EVENTS.md') ?? '';

  it.each([
    '## DoorOpened',
    'Somebody opened a door.',
    'Schema version 2 ([JSON Schema](schemas/DoorOpened.v2.json)).',
    '| `door` | string | yes |',
    '| `tags` | list of string | no |',
    '| `by` | `key`, `kick` | no |',
    '| `labels` | map to string | no |',
    '| `at` | date-time or null | no |',
    '## DoorMeasured',
    '| `degrees` | number | yes |',
    '| `events-stream` | 12 | for ever | facts |',
    '| `samples` | 3 | 7 days | samples |',
    'Headers repeat what consumers filter on: `name`, `id`.',
  ])('has the line %s', (line) => expect(page.split('\n')).toContain(line));
});

describe('the JSON Schema of an event', () => {
  it('lies under its name and version, and lets producers add fields', () => {
    const schema = JSON.parse(files.get('schemas/DoorOpened.v2.json') ?? '') as Record<string, unknown>;
    expect(schema).toMatchObject({ title: 'DoorOpened v2', required: ['door'], additionalProperties: {} });
  });
});

describe('differences', () => {
  it('names what is absent or not as generated', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'sync-'));
    await writeFile(path.join(root, 'same'), 'a');
    await writeFile(path.join(root, 'other'), 'b');
    const compare = differences as (root: string, files: Map<string, string>) => Promise<string[]>;
    const generated = new Map(['same', 'other', 'absent'].map((file) => [file, 'a']));
    expect(await compare(root, generated)).toEqual(['other', 'absent']);
    await rm(root, { recursive: true });
  });
});
