import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type SourceContext } from '../../source.js';
import { samples } from './samples.source.js';

type Json = Record<string, unknown>;

const context: SourceContext = {
  partition: '',
  now: '2026-11-20T09:40:00.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};
const fixtures = JSON.parse(
  readFileSync('apps/ingestion/src/sources/samples/fixtures/array.in.json', 'utf8'),
) as readonly Json[];
const good = new Map(fixtures.slice(0, 4).map((sample) => [sample['kind'] as string, sample]));

/** Every path to a field, lists by their first element. */
function pathsOf(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]));
  return at.length === 0 ? below : [at, ...below];
}

/** A copy in which the field at `path` is `to`; absent where that is undefined. */
function changed(sample: Json, path: readonly string[], to: unknown): Json {
  const copy = structuredClone(sample);
  const holder = path.slice(0, -1).reduce<Json>((inner, key) => inner[key] as Json, copy);
  holder[path.at(-1)!] = to;
  return copy;
}

const reasonOf = (sample: unknown): string | undefined => samples.translate([sample], context).rejected[0]?.reason;

/** What no field takes, by what it holds in the good sample. */
function wrongFor(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return ['1', null, {}, [], true, NaN, Infinity];
  if (typeof value === 'string') return [1, null, [], true];
  if (typeof value === 'boolean') return [1, 'true', null, {}];
  return [1, 'text', true];
}

/** Fields in which anything may stand: what a node answered, and the members of a log line. */
const FREE = /^(views\.0\.body|message\.)/;

describe.each([...good])('%s', (kind, sample) => {
  const paths = pathsOf(sample).filter((path) => path[0] !== 'kind' && !FREE.test(path.join('.')));

  it('is taken as it is', () => expect(reasonOf(sample)).toBeUndefined());

  it.each(paths.map((path) => [path.join('.'), path] as const))(
    'is refused where %s is of another type',
    (at, path) => {
      const value = path.reduce<unknown>((inner, key) => (inner as Json)[key], sample);
      for (const wrong of wrongFor(value).filter((one) => !(at === 'message' && one === 'text'))) {
        expect(`${JSON.stringify(wrong)}: ${reasonOf(changed(sample, path, wrong))}`).toMatch(
          new RegExp(`: ${at.replaceAll('.', '\\.')}(\\.|:)`),
        );
      }
    },
  );

  it.each(paths.filter((path) => !/^\d+$/.test(path.at(-1)!)).map((path) => [path.join('.'), path] as const))(
    'without %s is refused with its name, or does without',
    (at, path) => {
      const optional = ['logicalCores', 'views.0.body', 'unit', 'source'].includes(at);
      const reason = reasonOf(changed(sample, path, undefined));
      if (optional) expect(reason).toBeUndefined();
      else expect(reason).toContain(at);
    },
  );

  it('is refused with a clock two hours ahead, and taken two hours late', () => {
    expect(reasonOf({ ...sample, at: '2026-11-20T11:40:00Z' })).toMatch(/^at: .* more than an hour ahead/);
    expect(reasonOf({ ...sample, at: '2026-11-20T07:40:00Z' })).toBeUndefined();
    for (const at of ['', 'now', '2026-13-01T00:00:00Z', '2026-11-20', 'x'.repeat(100_000)]) {
      expect(reasonOf({ ...sample, at })).toMatch(/^at/);
    }
  });

  it('is keyed by its cluster', () => {
    const [draft] = samples.translate([{ ...sample, clusterId: 'a/b' }], context).accepted;
    expect(draft).toMatchObject({ name: kind, subject: 'cluster/a%2Fb' });
  });
});

it('negative and impossible figures are refused with their names', () => {
  const host = good.get('HostSample')!;
  const cases: [string, unknown][] = [
    ['load.m1', -0.1],
    ['load.m15', 1e12],
    ['physicalCores', 0],
    ['physicalCores', -2],
    ['memory.totalBytes', 0],
    ['memory.availableBytes', 9e15],
    ['memory.availableBytes', -1],
    ['disks.0.totalBytes', 0],
    ['disks.0.usedBytes', 105_555_197_953],
  ];
  for (const [at, value] of cases) expect(reasonOf(changed(host, at.split('.'), value))).toContain(at);
});

it('what would not do for the log is refused: nesting, long texts, prototypes', () => {
  const log = good.get('LogRecord')!;
  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as unknown;
  expect(reasonOf({ ...log, message: deep })).toMatch(/^message\.a.*nested/);
  expect(reasonOf({ ...log, message: 'x'.repeat(70_000) })).toMatch(/^message: /);
  expect(reasonOf({ ...log, more: JSON.parse('{"__proto__":{"x":1}}') })).toMatch(/^more\.__proto__: /);
  for (const other of [null, 1, 'text', [], {}, { kind: 'constructor' }]) expect(reasonOf(other)).toBeDefined();
});

it('more than a thousand are refused as a whole', () => {
  const many = Array.from({ length: 1001 }, () => good.get('MetricPoint'));
  expect(samples.translate(many, context).refusal?.kind).toBe('size');
  expect(samples.translate(many.slice(1), context).accepted).toHaveLength(1000);
});
