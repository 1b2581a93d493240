import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { every, host, START } from '../../testing/episodes.js';
import { coreLoad } from './core-load.detector.js';

const run = (samples: readonly PostedSample[], settings = {}): string[] =>
  said(decideAll(samples, [coreLoad], { settings }).events, START);

/** Loads of a node with four physical cores, one sample every 15 s from second 0 on. */
const loads = (...values: number[]): PostedSample[] =>
  values.map((load, index) => host(index * 15, { load, cores: 4 }));

describe('core-load', () => {
  it('opens on one sample just over two for each physical core', () => {
    expect(run(loads(1, 8.01))).toEqual(['opened n1 @15']);
  });

  it.each([7.99, 8])('does not open on a load of %p on four cores', (load) => {
    expect(run(loads(1, load, load))).toEqual([]);
  });

  it('is observed by every further sample over the limit, and closes when a minute was below it', () => {
    expect(run(loads(8.1, 9, 7.9, 7.9, 7.9, 7.9))).toEqual(['opened n1 @0', 'observed n1 @15', 'closed n1 @75']);
  });

  it('stays open while one sample of the minute is at the limit', () => {
    expect(run(loads(8.1, 1, 1, 8, 1, 1, 1, 1))).toEqual(['opened n1 @0', 'closed n1 @105']);
  });

  it('does not close on two samples, nor on three in one burst', () => {
    const two = [host(0, { load: 9 }), host(100), host(145)];
    const burst = [host(0, { load: 9 }), host(100), host(101), host(102)];
    const spread = [host(0, { load: 9 }), host(100), host(115), host(130)];
    expect(run(two)).toEqual(['opened n1 @0']);
    expect(run(burst)).toEqual(['opened n1 @0']);
    expect(run(spread)).toEqual(['opened n1 @0', 'closed n1 @130']);
  });

  it('neither opens nor closes while no samples come', () => {
    expect(run([host(0, { load: 9 }), host(3600), host(3615), host(3629)])).toEqual(['opened n1 @0']);
  });

  it('tells the cause, the remedy and the numbers', () => {
    const { events } = decideAll(loads(9), [coreLoad]);
    expect(events[0]?.payload).toMatchObject({
      detector: 'core-load',
      severity: 'critical',
      status: 'open',
      sequence: 1,
      title: 'Core load of node n1 is too high',
      message:
        'Node n1 of cluster c1: the load is 9 on 4 physical cores, 2.25 for each core. The limit is 2: work waits for a core. ' +
        'Reduce or spread the work, or consider a larger instance.',
      observed: { ratio: 2.25, load: 9, physicalCores: 4 },
      threshold: { perCore: 2 },
      evidence: { samples: 1, missing: 3, topic: 'telemetry-stream', partition: 0, offset: 0 },
    });
  });

  it('takes its limit and the average from its settings', () => {
    expect(run(loads(5), { perCore: 1 })).toEqual(['opened n1 @0']);
    const sample = { ...host(0, { load: 1 }), load: { m1: 1, m5: 9, m15: 1 } };
    expect(run([sample], { averageMinutes: 5 })).toEqual(['opened n1 @0']);
  });

  it('says nothing of a sample without cores', () => {
    const { physicalCores: _, ...sample } = host(0, { load: 90 });
    expect(run([{ ...sample, basis: 'server-stats' }])).toEqual([]);
  });

  it('keeps nodes apart', () => {
    const samples = every(15, 0, 60).flatMap((t) => [
      host(t, { nodeId: 'a', load: t === 15 ? 9 : 1 }),
      host(t, { nodeId: 'b' }),
    ]);
    expect(run(samples)).toEqual(['opened a @15']);
  });
});
