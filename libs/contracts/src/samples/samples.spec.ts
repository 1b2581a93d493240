import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Decoded, decodeRecord, issuesOf } from '../decode.js';
import { HostSample, sampleTypes } from './index.js';

type Json = Record<string, unknown>;

function goldenOf(name: string): Json {
  const file = path.resolve('libs/contracts/golden', `${name}.v1.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { record: { payload: Json } }).record.payload;
}

const read = (value: unknown): Decoded =>
  decodeRecord(
    { topic: 'telemetry-stream', partition: 1, offset: 2, timestamp: 3, value: Buffer.from(JSON.stringify(value)) },
    { organizationId: 'o-default', projectId: 'p-default' },
  );

/** A copy of `value` in which the field at `at` is `to`; absent where that is undefined. */
function changed(value: Json, at: string, to: unknown): Json {
  const copy = structuredClone(value);
  const steps = at.split('.');
  const last = steps.pop()!;
  const holder = steps.reduce((inner, step) => inner[step] as Json, copy);
  holder[last] = to;
  return copy;
}

describe('a sample', () => {
  it.each(sampleTypes.map(({ name }) => name))('%s may lie on the log bare, for the default organisation', (kind) => {
    const payload = goldenOf(kind);
    expect(read({ kind, ...payload })).toMatchObject({
      kind: 'event',
      event: { name: kind, payload, metadata: { organizationId: 'o-default', subject: 'cluster/c1' } },
    });
  });

  it('of an unknown kind is not decodable', () => {
    expect(read({ kind: 'Sample', clusterId: 'c1' })).toMatchObject({ kind: 'undecodable' });
  });

  it.each(['clusterId', 'nodeId', 'at', 'load', 'load.m1', 'memory', 'memory.totalBytes', 'disks', 'physicalCores'])(
    'of a host without %s is refused with that name',
    (field) => {
      const refused = HostSample.schema.safeParse(changed(goldenOf('HostSample'), field, undefined));
      expect(issuesOf(refused.error!)).toContain(field);
    },
  );

  it.each([
    ['load.m1', -1],
    ['load.m1', '1'],
    ['physicalCores', 0],
    ['physicalCores', -4],
    ['memory.totalBytes', 0],
    ['memory.availableBytes', -1],
    ['memory.availableBytes', 9e15],
    ['disks.0.totalBytes', 0],
    ['disks.0.usedBytes', 105_555_197_953],
    ['disks.0.isDatabase', 'yes'],
    ['basis', 'guess'],
    ['at', 'yesterday'],
    ['clusterId', ''],
  ])('of a host whose %s is %p is refused with that name', (field, value) => {
    const refused = HostSample.schema.safeParse(changed(goldenOf('HostSample'), field, value));
    expect(issuesOf(refused.error!)).toContain(field);
  });

  it('of the database statistics needs no cores, and its two figures of the memory may disagree', () => {
    const { physicalCores: _, ...sample } = changed(goldenOf('HostSample'), 'memory.availableBytes', 9e15);
    expect(HostSample.schema.safeParse({ ...sample, basis: 'server-stats' }).success).toBe(true);
  });
});
