import { describe, expect, it } from '@jest/globals';
import { type StreamRecord } from '#libs/event-stream';
import { type ProcessorDefinition } from '../processor.js';
import { EventWorkload, RecordWorkload } from './workload.js';

const tenants = {
  isKnown: (organizationId: string) => organizationId === 'org',
  defaultTenant: () => Promise.resolve({ organizationId: 'org', projectId: 'project' }),
};

const alert = { partition: 'p', labels: { alertname: 'a' }, annotations: {}, startsAt: '2026-11-20T09:38:13.321Z' };

function record(offset: number, value: unknown, headers: Record<string, string> = {}): StreamRecord {
  return { topic: 'events', partition: 1, offset, timestamp: 1000 + offset, key: null, value: bytesOf(value), headers };
}

function bytesOf(value: unknown): Buffer | null {
  if (value === null || Buffer.isBuffer(value)) return value;
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

const fired = (organizationId = 'org') => ({
  name: 'AlertFired',
  payload: alert,
  metadata: { id: 'e', organizationId },
});

function workload(definition: Partial<ProcessorDefinition> = {}): EventWorkload {
  const apply = () => Promise.resolve();
  return new EventWorkload(
    { name: 'app.own', topic: 'events', handles: new Set(['AlertFired']), apply, ...definition },
    tenants,
  );
}

async function selected(definition: Partial<ProcessorDefinition>, ...records: StreamRecord[]) {
  const skipped: string[] = [];
  const items = await workload(definition).select(records, (reason, count) => {
    for (let n = 0; n < count; n++) skipped.push(reason);
  });
  return {
    offsets: items.map(({ record }) => record.offset),
    faults: items.map(({ fault }) => fault?.error),
    skipped,
    items,
  };
}

describe('what a processor takes of a batch', () => {
  it('is told by the header, without a look at the value', async () => {
    const untouchable = record(1, '', { name: 'Unrelated' });
    Object.defineProperty(untouchable, 'value', { get: () => expect(true).toBe(false) });
    expect(await selected({}, untouchable)).toMatchObject({ offsets: [], skipped: ['not-handled'] });
  });

  it('is told by the value where there is no header', async () => {
    const other = { name: 'Unrelated', payload: {} };
    const { offsets, skipped, items } = await selected({}, record(1, fired()), record(2, other));
    expect({ offsets, skipped }).toEqual({ offsets: [1], skipped: ['not-handled'] });
    expect(items[0]?.work).toMatchObject({
      event: { name: 'AlertFired', metadata: { organizationId: 'org' } },
      position: { topic: 'events', partition: 1, offset: 1 },
      timestamp: 1001,
      known: true,
    });
  });

  it('is everything, unknown names too, for one that handles all', async () => {
    const { items } = await selected(
      { handles: 'all' },
      record(1, { name: 'Unrelated', payload: {} }, { name: 'Unrelated' }),
    );
    expect(items[0]?.work).toMatchObject({ known: false, event: { name: 'Unrelated' } });
  });

  it('is not what was said again for somebody else', async () => {
    const mine = record(1, fired(), { audience: 'app.own' });
    const theirs = record(2, fired(), { audience: 'app.other' });
    expect(await selected({}, mine, theirs)).toMatchObject({ offsets: [1], skipped: ['not-handled'] });
    expect(await selected({ writesUndecodable: true }, theirs)).toMatchObject({ offsets: [] });
  });
});

describe('records that nobody can use', () => {
  const poison = [
    record(1, '{'),
    record(2, null),
    record(3, ''),
    record(4, Buffer.from([0x22, 0xff, 0x22])),
    record(5, { name: 'AlertFired', payload: {} }),
    record(6, fired('stranger')),
  ];
  const classes = ['undecodable', 'undecodable', 'undecodable', 'undecodable', 'undecodable', 'unknown-organization'];

  it('are skipped and counted', async () => {
    expect(await selected({}, ...poison)).toMatchObject({ offsets: [], skipped: classes });
  });

  it('are dead letters for the one processor that writes them, and their neighbours pass', async () => {
    const { offsets, faults } = await selected({ writesUndecodable: true }, ...poison, record(7, fired()));
    expect(offsets).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(faults).toEqual([...classes, undefined]);
  });

  it('are found by that one under any name', async () => {
    const garbage = record(1, '{', { name: 'Unrelated' });
    const stranger = record(2, { ...fired('stranger'), name: 'Unrelated' }, { name: 'Unrelated' });
    const fine = record(3, { name: 'Unrelated', payload: {} }, { name: 'Unrelated' });
    const { faults, skipped } = await selected({ writesUndecodable: true }, garbage, stranger, fine);
    expect(faults).toEqual(['undecodable', 'unknown-organization']);
    expect(skipped).toEqual(['not-handled']);
  });
});

describe('raw records', () => {
  it('are all taken', async () => {
    const records = [record(1, null), record(2, '{')];
    const items = await new RecordWorkload({
      name: 'x',
      topic: 'dead-letters',
      applyRecords: () => Promise.resolve(),
    }).select(records);
    expect(items.map(({ work }) => work)).toEqual(records);
  });
});
