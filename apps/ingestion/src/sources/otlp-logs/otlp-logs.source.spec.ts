import { describe, expect, it } from '@jest/globals';
import { type SourceContext } from '../../source.js';
import { otlpLogs } from './otlp-logs.source.js';

const context: SourceContext = {
  partition: '',
  now: '2026-11-20T09:38:30.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};
const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
const of = (attributes: readonly object[], ...logRecords: readonly unknown[]): object => ({
  resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
});
const payloadOf = (body: unknown): unknown => otlpLogs.translate(body, context).accepted[0]?.payload;

describe('the place of a log record', () => {
  it.each([
    [[attribute('cluster.id', 'c'), attribute('service.name', 's')], 'c', 'c'],
    [[attribute('clusterId', 'c'), attribute('nodeId', 'n')], 'c', 'n'],
    [[attribute('cluster', 'c'), attribute('service.instance.id', 'i')], 'c', 'i'],
    [[attribute('service.name', 's'), attribute('host.name', 'h')], 's', 'h'],
  ])('%j is cluster %s, node %s', (attributes, clusterId, nodeId) => {
    expect(payloadOf(of(attributes, { body: { stringValue: 'x' } }))).toMatchObject({ clusterId, nodeId });
  });
});

describe('a log record', () => {
  const cluster = [attribute('cluster', 'c')];

  it('is refused alone, and its neighbours are kept', () => {
    const long = { body: { stringValue: 'x' } };
    const { accepted, rejected } = otlpLogs.translate(of(cluster, long, null, 7, long), context);
    expect(accepted.map(({ index }) => index)).toEqual([0, 3]);
    expect(rejected.map(({ index }) => index)).toEqual([1, 2]);
  });

  it('keeps 128 attributes and counts the others', () => {
    const attributes = Array.from({ length: 200 }, (_, i) => attribute(`a${i}`, 'x'.repeat(5000)));
    const payload = payloadOf(of(cluster, { attributes })) as { attributes: Record<string, string> };
    expect(Object.keys(payload.attributes)).toHaveLength(128);
    expect(payload).toMatchObject({ droppedAttributes: 72, attributes: { a0: 'x'.repeat(4096) } });
  });

  it('takes whatever time and severity are given, or none', () => {
    for (const timeUnixNano of [-1, 'x', 1.5, null, {}, '99999999999999999999999']) {
      expect(payloadOf(of(cluster, { timeUnixNano, severityNumber: 99 }))).toMatchObject({ at: context.now });
    }
  });
});

it.each([{ resourceLogs: 1 }, { resourceLogs: [1] }, { resourceLogs: [{ scopeLogs: {} }] }, of([], 1).constructor])(
  'refuses as a whole what is no request: %j',
  (body) => {
    const translated = otlpLogs.translate(body, context);
    expect(translated.refusal ?? translated.accepted).toBeDefined();
    expect(translated.accepted).toEqual([]);
  },
);

it('refuses more than ten thousand', () => {
  const many = Array.from({ length: 10_001 }, () => ({}));
  expect(otlpLogs.translate(of([attribute('cluster', 'c')], ...many), context).refusal?.kind).toBe('size');
});
