import { describe, expect, it } from '@jest/globals';
import { type SourceContext } from '../../source.js';
import { otlpMetrics } from './otlp-metrics.source.js';

const context: SourceContext = {
  partition: '',
  now: '2026-11-20T09:38:30.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};
const AT = '1795167493321000000';
const of = (...metrics: readonly unknown[]): object => ({
  resourceMetrics: [
    {
      resource: { attributes: [{ key: 'cluster', value: { stringValue: 'c' } }] },
      scopeMetrics: [{ metrics }],
    },
  ],
});
const gauge = (point: object, name = 'm'): object => ({
  name,
  gauge: { dataPoints: [{ timeUnixNano: AT, ...point }] },
});
const reasonOf = (point: object): string | undefined =>
  otlpMetrics.translate(of(gauge(point)), context).rejected[0]?.reason;

describe('a data point', () => {
  it.each(['NaN', 'Infinity', '-Infinity', 'x', {}, [], true])('of the value %j is refused', (asDouble) => {
    expect(reasonOf({ asDouble })).toMatch(/^asDouble/);
  });

  it.each([0, -1.5, '7', '1e3'])('of the value %j is taken', (asDouble) =>
    expect(reasonOf({ asDouble })).toBeUndefined(),
  );

  it.each([undefined, 0, '0', -1, 'now', 1.5])('at the time %j is refused', (timeUnixNano) => {
    expect(reasonOf({ asInt: '1', timeUnixNano })).toMatch(/^timeUnixNano/);
  });

  it('two hours ahead is refused, two hours late is taken', () => {
    expect(reasonOf({ asInt: 1, timeUnixNano: '1795174693000000000' })).toMatch(/ahead/);
    expect(reasonOf({ asInt: 1, timeUnixNano: '1795160293000000000' })).toBeUndefined();
  });

  it('without a recorded value is nothing', () => {
    expect(otlpMetrics.translate(of(gauge({ flags: 1 })), context)).toEqual({ accepted: [], rejected: [] });
  });
});

it('tells metrics of the database and of its host by their names', () => {
  const names = ['eventstore_checkpoints', 'kurrentdb.io.bytes', 'system.cpu.time', 'node_load1', 'orders'];
  const { accepted } = otlpMetrics.translate(of(...names.map((name) => gauge({ asInt: 1 }, name))), context);
  expect(accepted.map(({ payload }) => (payload as { namespace: string }).namespace)).toEqual([
    'eventstoredb',
    'eventstoredb',
    'host',
    'host',
    '',
  ]);
});

it.each([{ resourceMetrics: 1 }, { resourceMetrics: [null] }, of(1), of({ name: 'm', gauge: { dataPoints: {} } })])(
  'refuses as a whole what is no request: %j',
  (body) => expect(otlpMetrics.translate(body, context).refusal?.kind).toBe('type'),
);

it('refuses more points than ten thousand', () => {
  const dataPoints = Array.from({ length: 10_001 }, () => ({ timeUnixNano: AT, asInt: 1 }));
  expect(otlpMetrics.translate(of({ name: 'm', gauge: { dataPoints } }), context).refusal?.kind).toBe('size');
});
