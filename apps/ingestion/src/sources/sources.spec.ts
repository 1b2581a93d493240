import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decodeRecord } from '#libs/contracts';
import { parseJson, parseLines } from '../body.js';
import { originOf, recordOf } from '../record.js';
import { type Source, type SourceContext } from '../source.js';
import { sources } from './index.js';

const here = path.join(process.cwd(), 'apps/ingestion/src/sources');
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const context: SourceContext = {
  partition: 'INS',
  now: '2026-11-20T09:38:30.000Z',
  organizationId: 'org-1',
  projectId: 'project-1',
  partitions: null,
};

interface Fixture {
  readonly name: string;
  readonly body: unknown;
  readonly out: unknown;
}

function fixturesOf(source: Source): Fixture[] {
  const folder = path.join(here, source.name, 'fixtures');
  return readdirSync(folder)
    .filter((file) => file.includes('.in.'))
    .map((file) => {
      const bytes = readFileSync(path.join(folder, file));
      const body = file.endsWith('.ndjson') ? parseLines(bytes) : parseJson(bytes);
      const out = JSON.parse(readFileSync(path.join(folder, file.replace(/\.in\..*/, '.out.json')), 'utf8')) as unknown;
      return { name: file, body, out };
    });
}

describe('the list of sources', () => {
  it('names every folder once, and nothing else', () => {
    expect(sources.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
  });
});

describe.each(sources)('$name', (source) => {
  const files = readdirSync(path.join(here, source.name));

  it('has its source, spec, fixtures and README', () => {
    expect(files).toEqual(
      expect.arrayContaining([`${source.name}.source.ts`, `${source.name}.source.spec.ts`, 'fixtures', 'README.md']),
    );
    expect(fixturesOf(source).length).toBeGreaterThan(0);
  });

  it.each(fixturesOf(source))('translates $name as recorded', ({ body, out }) => {
    expect(source.recognises(body)).toBe(true);
    expect(JSON.parse(JSON.stringify(source.translate(body, context)))).toEqual(out);
  });

  it.each(fixturesOf(source))('gives each item of $name one outcome', ({ body }) => {
    const { accepted, rejected } = source.translate(body, context);
    const indexes = [...accepted, ...rejected].map(({ index }) => index).sort((a, b) => a - b);
    expect(indexes).toEqual(indexes.map((_, i) => i));
    for (const { reason } of rejected) expect(reason).not.toBe('');
  });

  it.each(fixturesOf(source))('makes records of $name that every reader decodes', ({ body }) => {
    const { accepted } = source.translate(body, context);
    for (const draft of accepted) {
      const record = recordOf(draft, `id-${draft.index}`, origin);
      const decoded = decodeRecord({ ...place, value: Buffer.from(record.value) }, context);
      expect(decoded.kind).not.toBe('undecodable');
      expect(decoded).toMatchObject({ event: { name: draft.name, payload: draft.payload } });
      if (draft.subject) expect(record.key).toBe(`org-1/${draft.subject}`);
    }
  });

  it.each([null, undefined, 0, 'text', [], {}, [[]], [null], { alerts: [null] }, { version: '1' }])(
    'never throws, whatever the body: %j',
    (body) => {
      expect(() => source.recognises(body) && source.translate(body, context)).not.toThrow();
    },
  );
});

const place = { topic: 'events-stream', partition: 0, offset: 0, timestamp: 0 };
const caller = { organizationId: 'org-1', projectId: 'project-1', name: 'spec', tokenId: 't1', sourceType: null };
const origin = originOf(caller, 'events-stream', context.now);
