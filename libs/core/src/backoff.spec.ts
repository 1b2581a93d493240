import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoff, doubling } from './backoff.js';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('stays within 20 % of its step, and stays at the last one', () => {
    const schedule = [1_000, 5_000, 30_000];
    fc.assert(
      fc.property(fc.nat(50), random, (attempt, dice) => {
        const step = schedule[Math.min(attempt, 2)]!;
        const wait = backoff(schedule, attempt, dice);
        expect(wait).toBeGreaterThanOrEqual(step * 0.8 - 1);
        expect(wait).toBeLessThanOrEqual(step * 1.2 + 1);
      }),
    );
  });

  it('is the step itself in the middle of the spread', () => expect(backoff([1_000], 0, 0.5)).toBe(1_000));

  it('does not wait without a schedule', () => expect(backoff([], 3, 0.5)).toBe(0));
});

describe('doubling', () => {
  it('doubles up to its cap', () => expect(doubling(100, 1_000)).toEqual([100, 200, 400, 800, 1_000]));
  it('is the cap alone where it begins above', () => expect(doubling(5, 5)).toEqual([5]));
  it.each([
    [0, 5],
    [-1, 5],
    [NaN, 5],
    [1, Infinity],
    [1, NaN],
  ])('refuses what never ends: from %d to %d', (first, cap) => expect(() => doubling(first, cap)).toThrow(RangeError));
});
