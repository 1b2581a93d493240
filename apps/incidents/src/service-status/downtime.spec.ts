import { describe, expect, it } from '@jest/globals';
import { instantOfMillis } from '#libs/core';
import { downtimesOf, type MemberChange } from './downtime.js';

const at = (minute: number): string => instantOfMillis(Date.UTC(2026, 10, 20, 9, minute));
const change = (minute: number, location: string, status: string, service = 'etcd'): MemberChange => ({
  platform: 'p1',
  service,
  facet: 'node',
  location,
  status,
  time: at(minute),
});
const isUp = (status: string): boolean => status.toLowerCase() === 'up';

/** Down times as `from-to fewestUp`, `...` where it goes on. */
function report(changes: readonly MemberChange[], threshold: number, to: number, from?: number): string[] {
  const { items } = downtimesOf(changes, {
    threshold,
    to: at(to),
    isUp,
    ...(from === undefined ? {} : { from: at(from) }),
  });
  return items.map(
    (one) => `${Number(one.from.slice(14, 16))}-${one.to ? Number(one.to.slice(14, 16)) : '...'} ${one.fewestUp}`,
  );
}

describe('downtime', () => {
  const pair = [change(1, 'a', 'up'), change(1, 'b', 'up'), change(5, 'a', 'down'), change(9, 'a', 'Up')];

  it('is the time with fewer members up than wanted', () => {
    expect(report(pair, 2, 30)).toEqual(['5-9 1']);
    expect(report(pair, 1, 30)).toEqual([]);
    expect(report(pair, 3, 30)).toEqual(['1-... 1']);
  });
  it('goes on at the end of the window', () => expect(report([change(1, 'a', 'down')], 1, 30)).toEqual(['1-... 0']));
  it('counts from the first observation, not from zero members', () =>
    expect(report([change(10, 'a', 'up')], 1, 30)).toEqual([]));
  it('takes the changes of one instant together', () =>
    expect(report([change(1, 'a', 'up'), change(5, 'a', 'down'), change(5, 'a', 'up')], 1, 30)).toEqual([]));
  it('begins in the window with what was so at its start', () => {
    expect(report([change(1, 'a', 'down'), change(20, 'a', 'up')], 1, 30, 10)).toEqual(['10-20 0']);
    expect(report([change(1, 'a', 'down'), change(2, 'b', 'up'), change(20, 'a', 'up')], 2, 30, 10)).toEqual([
      '10-20 1',
    ]);
  });
  it('ignores what comes after the window', () =>
    expect(report([change(1, 'a', 'up'), change(20, 'a', 'down')], 1, 10)).toEqual([]));
  it('keeps services apart, and sums up each', () => {
    const { items, summary } = downtimesOf([...pair, change(2, 'a', 'down', 'dns')], {
      threshold: 2,
      to: at(11),
      isUp,
    });
    expect(items.map(({ service, seconds }) => [service, seconds])).toEqual([
      ['dns', 540],
      ['etcd', 240],
    ]);
    expect(summary).toMatchObject([
      { service: 'etcd', observedSeconds: 600, downSeconds: 240, downtimes: 1, availability: 0.6 },
      { service: 'dns', observedSeconds: 540, downSeconds: 540, downtimes: 1, availability: 0 },
    ]);
  });
  it('says nothing of nothing', () =>
    expect(downtimesOf([], { threshold: 1, to: at(1), isUp })).toEqual({ items: [], summary: [] }));
});
