import { describe, expect, it } from '@jest/globals';
import { instantOfMillis } from '#libs/core';
import { compare } from './compare.js';
import { type Span, Spans } from './spans.js';

const T = Date.UTC(2026, 10, 20, 9);
const at = (seconds: number): string => instantOfMillis(T + seconds * 1000);
const span = (issueId: string, from: number, to: number | null, subject = 'n1'): Span => ({
  ...{ issueId, clusterId: 'c1', subject, openedAt: at(from) },
  ...(to === null ? {} : { closedAt: at(to) }),
});

describe('a try', () => {
  it('that says the same differs in nothing', () => {
    const all = [span('a', 0, 60), span('b', 90, null), span('c', 90, 95, 'n2')];
    expect(compare(all, all)).toEqual({
      ...{ recorded: 3, tried: 3, same: 3, gained: [], lost: [], moved: [] },
      ...{ delaySeconds: 0, messages: 0 },
    });
  });

  it('has issues that were not, or has them not, and so more or fewer messages', () => {
    const [a, b, c] = [span('a', 0, 60), span('b', 90, null), span('c', 0, 60, 'n2')];
    expect(compare([a, b], [a, c])).toMatchObject({ same: 1, gained: [c], lost: [b], messages: 1 });
  });

  it('has them later', () => {
    const moved = compare([span('a', 0, 60), span('b', 100, 160)], [span('x', 30, 60), span('y', 110, 150)]);
    expect(moved.moved.map(({ opensLater, closesLater }) => [opensLater, closesLater])).toEqual([
      [30, 0],
      [10, -10],
    ]);
    expect(moved).toMatchObject({ same: 0, delaySeconds: 20, messages: 0 });
  });

  it('that does not close what was closed is moved, unless its cluster was removed', () => {
    const open = [span('x', 0, null)];
    expect(compare([span('a', 0, 60)], open).moved).toMatchObject([{ opensLater: 0, closesLater: null }]);
    expect(compare([{ ...span('a', 0, 60), removed: true }], open)).toMatchObject({ same: 1, moved: [] });
  });

  it('of two short ones for a long one matches the first', () => {
    const result = compare([span('a', 0, 100)], [span('x', 10, 20), span('y', 50, 60)]);
    expect(result).toMatchObject({ moved: [{ tried: { issueId: 'x' } }], gained: [{ issueId: 'y' }] });
  });
});

describe('the issues of events', () => {
  const event = (name: string, issueId: string, own: object = {}) => ({
    name,
    payload: { issueId, clusterId: 'c1', subject: 'n1', openedAt: at(0), occurredAt: at(60), ...own },
  });

  it('are those that were open within a time, whatever comes after their end', () => {
    const spans = new Spans();
    const all = [
      event('IssueOpened', 'a'),
      event('IssueClosed', 'a', { closedAt: at(60) }),
      event('IssueObserved', 'a'),
    ];
    for (const one of [...all, event('IssueOpened', 'b', { openedAt: at(30) })]) spans.take(one);
    expect(spans.within(at(0), at(10))).toEqual([span('a', 0, 60)]);
    expect(spans.within(at(61), at(90))).toEqual([span('b', 30, null)]);
    expect(spans.within(at(60), at(60))).toHaveLength(2);
  });
});
