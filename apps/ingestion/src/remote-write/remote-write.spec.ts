import { readFileSync } from 'node:fs';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compressSync } from 'snappy';
import { Refusal, type SourceContext } from '../source.js';
import { prometheusWrite } from '../sources/prometheus-write/prometheus-write.source.js';
import { unpackSnappy } from '../unpack.js';
import { countsOf, readVersion1, readVersion2, type WriteRequest } from './series.js';
import { encodedV2 } from './encoded-for-spec.js';

const { bodies } = JSON.parse(readFileSync('apps/ingestion/src/remote-write/recorded/requests.json', 'utf8')) as {
  bodies: readonly string[];
};
const context: SourceContext = {
  partition: '',
  now: '2026-11-21T23:00:00.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};
const read1 = (bytes: Buffer): WriteRequest => readVersion1(bytes) as WriteRequest;
const AT = 1_795_167_493_321;

describe('what Prometheus 2.42 sends', () => {
  it('comes to metric points of its cluster; a stale mark and a NaN leave nothing', async () => {
    const points: Record<string, unknown>[] = [];
    let samples = 0;
    for (const body of bodies) {
      const request = read1((await unpackSnappy(Buffer.from(body, 'base64'))) as Buffer);
      samples += countsOf(request).samples;
      const { accepted, rejected } = prometheusWrite.translate(request, context);
      expect(rejected).toEqual([]);
      points.push(...accepted.map(({ payload }) => payload as Record<string, unknown>));
    }
    const names = points.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['eventstore_checkpoints', 'eventstore_sys_load_avg', 'up']));
    expect(names).not.toContain('odd');
    expect(points.length).toBeLessThan(samples);
    expect(points.find(({ name }) => name === 'eventstore_sys_load_avg')).toMatchObject({
      clusterId: 'c1',
      nodeId: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      namespace: 'eventstoredb',
      value: 1.97,
      labels: { job: 'db', period: '1m' },
    });
  });
});

describe('version 2', () => {
  it('is read by its symbols, with unit and native histograms', () => {
    const body = encodedV2({
      symbols: ['', '__name__', 'up', 'cluster', 'c1', 'latency', 's'],
      series: [
        { refs: [1, 2, 3, 4], samples: [[1, AT]] },
        { refs: [1, 5, 3, 4], histograms: [[4, 2.5, AT]], unitRef: 6 },
      ],
    });
    const { accepted, rejected } = prometheusWrite.translate(readVersion2(body), context);
    expect(rejected).toEqual([]);
    expect(accepted.map(({ payload }) => payload)).toMatchObject([
      { clusterId: 'c1', name: 'up', value: 1 },
      { clusterId: 'c1', name: 'latency_count', value: 4, unit: 's' },
      { clusterId: 'c1', name: 'latency_sum', value: 2.5, unit: 's' },
    ]);
  });

  it.each([
    ['a place beyond the symbols', { symbols: ['', 'a'], series: [{ refs: [1, 9], samples: [[1, AT]] }] }],
    ['half a pair', { symbols: ['', 'a'], series: [{ refs: [1], samples: [[1, AT]] }] }],
    ['symbols without the empty one', { symbols: ['a'], series: [] }],
  ] as const)('is refused for %s', (_what, request) => {
    expect(readVersion2(encodedV2(request))).toBeInstanceOf(Refusal);
  });

  it('read as version 1 is empty, as the numbers of the fields were chosen', () => {
    const body = encodedV2({ symbols: ['', 'a'], series: [{ refs: [1, 1], samples: [[1, AT]] }] });
    expect(countsOf(read1(body))).toEqual({ samples: 0, histograms: 0 });
  });
});

describe('labels and values', () => {
  const outcome = (series: object) => prometheusWrite.translate({ timeseries: [series] }, context);
  const labels = [
    { name: '__name__', value: 'up' },
    { name: 'job', value: 'db' },
  ];

  it.each([
    [[{ name: 'job', value: 'db' }], '__name__'],
    [[...labels, { name: 'job', value: 'x' }], 'job'],
    [[...labels, { name: '', value: 'x' }], 'name'],
    [[...labels, { name: '__proto__', value: 'x' }], '__proto__'],
    [[{ name: '__name__', value: 'up' }], 'cluster'],
    [[...labels, ...Array.from({ length: 200 }, (_, i) => ({ name: `l${i}`, value: 'x' }))], 'labels'],
  ])('labels of case %# are refused', (list, named) => {
    const { accepted, rejected } = outcome({ labels: list, samples: [{ value: 1, timestamp: AT }] });
    expect(accepted).toEqual([]);
    expect(rejected[0]!.reason).toContain(named);
  });

  it.each([0, -5, '9'.repeat(30)])('the time %s is refused', (timestamp) => {
    expect(outcome({ labels, samples: [{ value: 1, timestamp }] }).rejected[0]!.reason).toContain('timestamp');
  });

  it.each([NaN, Infinity, -Infinity])('%s leaves nothing and is no fault', (value) => {
    expect(outcome({ labels, samples: [{ value, timestamp: AT }] })).toEqual({ accepted: [], rejected: [] });
  });
});

describe('snappy from outside', () => {
  it('ends at a bound by what it announces', async () => {
    expect(await unpackSnappy(compressSync(Buffer.alloc(9 * 1024 * 1024)))).toMatchObject({ kind: 'size' });
    expect(await unpackSnappy(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]))).toMatchObject({ kind: 'size' });
  });

  it('is refused where it is none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        const unpacked = await unpackSnappy(Buffer.from(noise));
        if (!(unpacked instanceof Refusal)) readVersion1(unpacked);
      }),
    );
    // A literal whose length is negative where it is read as 32 bits with a sign.
    expect(await unpackSnappy(Buffer.from([10, 0xfc, 0xfa, 0xff, 0xff, 0xff]))).toMatchObject({ kind: 'type' });
    expect(await unpackSnappy(Buffer.alloc(0))).toMatchObject({ kind: 'type' });
  });

  it('an empty message has nothing in it', () => {
    expect(readVersion1(Buffer.alloc(0))).toEqual({ timeseries: [] });
    const other = new BinaryWriter().tag(1, WireType.Varint).uint32(1).finish();
    expect(readVersion1(Buffer.from(other))).toMatchObject({ kind: 'type' });
  });
});
