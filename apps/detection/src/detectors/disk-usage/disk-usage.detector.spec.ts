import { describe, expect, it } from '@jest/globals';
import { decideAll, type PostedSample, said } from '../../testing/decide-all.js';
import { host, START } from '../../testing/episodes.js';
import { diskUsage } from './disk-usage.detector.js';

const run = (samples: readonly PostedSample[], settings = {}): string[] =>
  said(decideAll(samples, [diskUsage], { settings }).events, START);

const used = (...percents: number[]): PostedSample[] => percents.map((disk, index) => host(index * 15, { disk }));

describe('disk-usage', () => {
  it('opens on the third sample over 80 %, when the first is 30 s old', () => {
    expect(run(used(81, 81))).toEqual([]);
    expect(run(used(81, 81, 81))).toEqual(['opened n1:/data @30']);
    expect(run(used(80.1, 80.1, 80.1, 80.1))).toEqual(['opened n1:/data @30', 'observed n1:/data @45']);
  });

  it.each([79.9, 80])('does not open when one of the minute is at %p %%', (percent) => {
    expect(run(used(81, percent, 81, 81))).toEqual([]);
    expect(run(used(81, percent, 81, 81, 81, 81))).toEqual(['opened n1:/data @75']);
  });

  it('does not open on three samples in one burst', () => {
    expect(run([host(0, { disk: 90 }), host(1, { disk: 90 }), host(2, { disk: 90 })])).toEqual([]);
    expect(run([host(0, { disk: 90 }), host(14, { disk: 90 }), host(29.999, { disk: 90 })])).toEqual([]);
    expect(run([host(0, { disk: 90 }), host(14, { disk: 90 }), host(30, { disk: 90 })])).toEqual([
      'opened n1:/data @30',
    ]);
  });

  it('closes on one sample below 80 %, not on exactly 80 %', () => {
    expect(run(used(90, 90, 90, 80, 90, 79.9))).toEqual([
      'opened n1:/data @30',
      'observed n1:/data @60',
      'closed n1:/data @75',
    ]);
  });

  it('needs the whole run again after a gap', () => {
    expect(
      run([host(0, { disk: 90 }), host(15, { disk: 90 }), host(80, { disk: 90 }), host(95, { disk: 90 })]),
    ).toEqual([]);
  });

  it('looks at every disk that the database lies on, and at no other', () => {
    const disks = ['/data', '__proto__', '/'].map((mount) => ({
      mount,
      isDatabase: mount !== '/',
      totalBytes: 1000,
      usedBytes: 900,
    }));
    const samples = [0, 15, 30].map((t) => ({ ...host(t), disks }));
    expect(run(samples)).toEqual(['opened n1:/data @30', 'opened n1:__proto__ @30']);
  });

  it('holds while the mount is not reported', () => {
    const samples = [...used(90, 90, 90), { ...host(45), disks: [] }, host(60, { disk: 50 })];
    expect(run(samples)).toEqual(['opened n1:/data @30', 'closed n1:/data @60']);
  });

  it('takes its limit from its settings', () => {
    expect(run(used(71, 71, 71), { percent: 70 })).toEqual(['opened n1:/data @30']);
  });
});
