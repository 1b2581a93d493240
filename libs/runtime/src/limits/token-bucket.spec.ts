import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('lets a burst through, then as much as its rate', () => {
    const bucket = new TokenBucket({ rate: 10, burst: 3 }, 0);
    const passes = (now: number): boolean => {
      if (bucket.wait(now) > 0) return false;
      bucket.spend(1, now);
      return true;
    };
    expect([passes(0), passes(0), passes(0), passes(0)]).toEqual([true, true, true, false]);
    expect(bucket.wait(0)).toBeCloseTo(0.1);
    expect([passes(100), passes(100), passes(10_000)]).toEqual([true, false, true]);
  });

  it('lets one that is too large pass after a rest, and the next ones pay for it', () => {
    const bucket = new TokenBucket({ rate: 100, burst: 100 }, 0);
    expect(bucket.wait(0)).toBe(0);
    bucket.spend(1_000_000, 0);
    expect(bucket.wait(0)).toBe(1);
    expect(bucket.wait(1_010)).toBe(0);
  });

  it('does not fill when time stands still or goes back', () => {
    const bucket = new TokenBucket({ rate: 1, burst: 1 }, 1_000);
    bucket.spend(1, 1_000);
    expect([bucket.wait(1_000), bucket.wait(0)]).toEqual([1, 1]);
    expect(bucket.wait(2_001)).toBe(0);
  });

  it('has no limit at rate 0', () => {
    const bucket = new TokenBucket({ rate: 0, burst: 0 }, 0);
    bucket.spend(1e9, 0);
    expect(bucket.wait(0)).toBe(0);
  });

  it('never lets more through than burst and rate give, whenever they come', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (gaps, rate, burst) => {
        const bucket = new TokenBucket({ rate, burst }, 0);
        let now = 0;
        let passed = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.wait(now) > 0) continue;
          bucket.spend(1, now);
          passed++;
        }
        expect(passed).toBeLessThanOrEqual(Math.ceil(burst + (now / 1000) * rate) + 1);
      }),
    );
  });
});
