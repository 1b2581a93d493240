import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { host, START } from '../../testing/episodes.js';
import { memoryUsage } from './memory-usage.detector.js';

const run = (samples: readonly PostedSample[], settings = {}): string[] =>
  said(decideAll(samples, [memoryUsage], { settings }).events, START);

const used = (...percents: number[]): PostedSample[] => percents.map((memory, index) => host(index * 15, { memory }));

describe('memory-usage', () => {
  it('opens on one sample just over 90 %', () => {
    expect(run(used(50, 90.01))).toEqual(['opened n1 @15']);
  });

  it.each([89.99, 90])('does not open on %p %%', (percent) => {
    expect(run(used(percent, percent))).toEqual([]);
  });

  it('closes when a minute was below 90 %; exactly 90 % breaks that minute', () => {
    expect(run(used(95, 80, 80, 80, 80))).toEqual(['opened n1 @0', 'closed n1 @60']);
    expect(run(used(95, 80, 80, 90, 80, 80, 80, 80))).toEqual(['opened n1 @0', 'closed n1 @105']);
  });

  it('clamps figures of the database that have different bases', () => {
    const memory = { totalBytes: 1000, availableBytes: 5000 };
    const sample = { ...host(15), basis: 'server-stats', memory };
    const { events } = decideAll(
      [host(0, { memory: 95 }), sample, { ...sample, at: host(45).at }, { ...sample, at: host(61).at }],
      [memoryUsage],
    );
    expect(said(events, START)).toEqual(['opened n1 @0', 'closed n1 @61']);
    expect(events[1]?.payload).toMatchObject({ observed: { usedPercent: 0, basis: 'server-stats' } });
  });

  it('takes its limit from its settings', () => {
    expect(run(used(71), { percent: 70 })).toEqual(['opened n1 @0']);
  });
});
