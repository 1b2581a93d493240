import { describe, expect, it } from '@jest/globals';
import { waitAfter } from './backoff.js';

const backoff = { firstMs: 100, mostMs: 1000 };

describe('the wait after failures', () => {
  it('doubles up to a bound', () => {
    const waits = [1, 2, 3, 4, 5, 50].map((failures) => waitAfter(failures, 1, undefined, backoff));
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('leaves half to chance', () => {
    expect(waitAfter(1, 0, undefined, backoff)).toBe(50);
    expect(waitAfter(1, 0.5, undefined, backoff)).toBe(75);
  });

  it('never undercuts what the server asked for', () => {
    expect(waitAfter(1, 0, 5000, backoff)).toBe(5050);
  });
});
