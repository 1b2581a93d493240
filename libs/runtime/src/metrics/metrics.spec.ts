import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

describe('metrics', () => {
  it('are in the text format, with the labels of the service', async () => {
    const metrics = new Metrics({ service: 'x' });
    metrics.counter('things_total', 'Things.', ['kind']).inc({ kind: 'a' }, 2);
    expect(await metrics.text()).toContain('things_total{kind="a",service="x"} 2');
  });

  it('are one under one name', () => {
    const metrics = new Metrics();
    expect(metrics.counter('a_total', 'A.')).toBe(metrics.counter('a_total', 'A.'));
    expect(metrics.gauge('b', 'B.')).toBe(metrics.gauge('b', 'B.'));
    expect(metrics.histogram('c', 'C.')).toBe(metrics.histogram('c', 'C.'));
  });

  it('read a gauge when they are scraped', async () => {
    const metrics = new Metrics();
    let depth = 0;
    metrics.gauge('depth', 'Depth.', [], (gauge) => gauge.set(depth));
    depth = 7;
    expect(await metrics.text()).toContain('depth 7');
  });

  it('write what is collected elsewhere as the kind it is', async () => {
    const metrics = new Metrics();
    metrics.collected('histogram', 'took_seconds', 'Took.', () => [
      { metricName: 'took_seconds_bucket', labels: { le: '+Inf' }, value: 1 },
      { metricName: 'took_seconds_count', labels: {}, value: 1 },
    ]);
    const text = await metrics.text();
    expect(text).toContain('# TYPE took_seconds histogram');
    expect(text).toContain('took_seconds_bucket{le="+Inf"} 1');
    expect(text).toContain('took_seconds_count 1');
  });
});
