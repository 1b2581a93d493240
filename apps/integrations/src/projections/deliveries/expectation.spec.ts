import { describe, expect, it } from '@jest/globals';
import { type Change, isExpected, type Signal, whyNotExpected } from './expectation.js';

const T = 1_800_000_000_000;
const signal: Signal = { eventId: 'e1', incidentId: 'i1', at: T, origin: 'alert', level: 2, tags: ['job=db'] };
const change = (sequence: number, at: number, rest: Partial<Change> = {}): Change => ({
  integrationId: 'a',
  sequence,
  at,
  source: 'issues',
  filters: {},
  deleted: false,
  ...rest,
});

describe('isExpected', () => {
  it('holds for what was written down after the integration, the same millisecond included', () => {
    expect(isExpected([change(1, T - 1)], signal)).toBe(true);
    expect(isExpected([change(1, T)], signal)).toBe(true);
    expect(isExpected([change(1, T + 1)], signal)).toBe(false);
    expect(isExpected([], signal)).toBe(false);
  });

  it('holds only where source and filters fit', () => {
    expect(isExpected([change(1, T, { source: 'notifications' })], signal)).toBe(false);
    expect(isExpected([change(1, T, { filters: { minLevel: 1 } })], signal)).toBe(false);
    expect(isExpected([change(1, T, { filters: { labels: ['job=db'] } })], signal)).toBe(true);
  });

  it('takes the configuration of that time, whatever came later', () => {
    const narrowed = change(2, T + 1, { filters: { minLevel: 1 } });
    expect(isExpected([change(1, T - 5), narrowed], signal)).toBe(true);
    expect(isExpected([change(1, T - 5), change(2, T + 1, { deleted: true })], signal)).toBe(true);
    expect(isExpected([change(1, T - 5), narrowed], { ...signal, at: T + 1 })).toBe(false);
  });

  it('is over for good once the integration is deleted', () => {
    expect(isExpected([change(1, T - 5), change(2, T - 1, { deleted: true })], signal)).toBe(false);
  });
});

describe('whyNotExpected', () => {
  it.each([
    ['the integration was created after the event', [change(1, T + 1)]],
    ['the integration was deleted', [change(1, T - 2), change(2, T - 1, { deleted: true })]],
    ['the integration sends notifications, not issues', [change(1, T, { source: 'notifications' })]],
    ['the filters of the integration do not match the incident', [change(1, T, { filters: { minLevel: 1 } })]],
    [undefined, [change(1, T)]],
  ])('%s', (reason, history) => {
    expect(whyNotExpected(history, signal)).toBe(reason);
  });
});
