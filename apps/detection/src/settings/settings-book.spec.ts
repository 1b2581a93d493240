import { describe, expect, it } from '@jest/globals';
import { complaintsOf } from './bounds.js';
import { SettingsBook, type SettingsRevision } from './settings-book.js';

const rule = { name: 'disk-usage', settings: { percent: 80, minSamples: 3 } };
const cluster = { organizationId: 'o1', clusterId: 'c1' };

const revision = (number: number, percent: number, offset: number, clusterId = ''): SettingsRevision => ({
  organizationId: 'o1',
  detector: 'disk-usage',
  clusterId,
  revision: number,
  settings: { percent },
  effectiveFrom: [{ partition: 0, offset }],
});

const at = (book: SettingsBook, offset: number, partition = 0) => book.settingsOf(rule, cluster, { partition, offset });

describe('settings', () => {
  it('are the defaults where nobody said otherwise', () => {
    expect(at(new SettingsBook([]), 0)).toBe(rule.settings);
    expect(at(new SettingsBook([{ ...revision(1, 70, 0), organizationId: 'o2' }]), 5)).toBe(rule.settings);
  });

  it('hold from their offset on, in each partition', () => {
    const book = new SettingsBook([revision(1, 70, 10), revision(2, 60, 20)]);
    expect([9, 10, 19, 20].map((offset) => at(book, offset)['percent'])).toEqual([80, 70, 70, 60]);
    expect(at(book, 0, 1)).toEqual({ percent: 60, minSamples: 3 });
  });

  it('of a cluster go before those of its organisation', () => {
    const book = new SettingsBook([revision(1, 50, 0, 'c1'), revision(1, 70, 0)]);
    expect(at(book, 1)['percent']).toBe(50);
    expect(book.settingsOf(rule, { ...cluster, clusterId: 'c2' }, { partition: 0, offset: 1 })['percent']).toBe(70);
  });
});

describe('what may be set', () => {
  it.each([
    [{ percent: 0 }, []],
    [{ percent: 800 }, []],
    [{ percent: 801 }, ['settings.percent']],
    [{ percent: -1 }, ['settings.percent']],
    [{ percent: Number.NaN }, ['settings.percent']],
    [{ percent: '70' }, ['settings.percent']],
    [{ constructor: 1 }, ['settings.constructor']],
  ])('%j', (asked, complaints) => {
    expect(Object.keys(complaintsOf(asked, rule.settings))).toEqual(complaints);
  });
});
