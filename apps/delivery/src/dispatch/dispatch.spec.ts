import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Agenda } from './agenda.js';
import { Breaker } from './breaker.js';
import { RateLimiter } from './rate-limiter.js';

describe('the agenda', () => {
  const hint = (integrationId: string, due: number, laneClass = 2) => ({ integrationId, class: laneClass, due });

  it('answers what is due, each once, settled and urgent first', () => {
    const agenda = new Agenda();
    for (const each of [hint('b', 5), hint('a', 1), hint('a', 3), hint('c', 2, 1), hint('d', 11)]) agenda.add(each);
    expect(agenda.take(10)).toEqual([hint('c', 2, 1), hint('a', 1), hint('b', 5)]);
    expect(agenda.take(10)).toEqual([]);
    expect(agenda.next).toBe(11);
    expect(agenda.take(11)).toEqual([hint('d', 11)]);
    expect(agenda.next).toBeUndefined();
  });

  it('keeps the order of time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), (dues) => {
        const agenda = new Agenda();
        dues.forEach((due, i) => agenda.add(hint(String(i), due)));
        expect(agenda.take(1000).map(({ due }) => due)).toEqual([...dues].sort((a, b) => a - b));
      }),
    );
  });

  it('is bounded', () => {
    const agenda = new Agenda();
    for (let i = 0; i < 30_000; i++) agenda.add(hint(String(i), i));
    expect(agenda.take(30_000)).toHaveLength(20_000);
  });
});

describe('the rate limiter', () => {
  const limit = { key: 'post/t/C1', perSecond: 1, burst: 3 };

  it('lets a burst through and then the rate', () => {
    const limiter = new RateLimiter();
    expect(limiter.available([limit], 0)).toBe(3);
    limiter.take([limit], 3, 0);
    expect(limiter.nextAt([limit], 0)).toBe(1000);
    expect(limiter.available([limit], 999)).toBe(0);
    expect(limiter.available([limit], 1000)).toBe(1);
    expect(limiter.available([limit], 60_000)).toBe(3);
  });

  it('takes back what was not used', () => {
    const limiter = new RateLimiter();
    limiter.take([limit], 3, 0);
    limiter.giveBack([limit], 2, 0);
    expect(limiter.available([limit], 0)).toBe(2);
  });

  it('waits as long as the provider asked for, and holds every limit', () => {
    const limiter = new RateLimiter();
    const other = { ...limit, key: 'other' };
    limiter.block([limit], 30_000, 0);
    expect(limiter.available([limit, other], 29_999)).toBe(0);
    expect(limiter.nextAt([other, limit], 5)).toBe(30_000);
    expect(limiter.available([other], 0)).toBe(3);
    expect(limiter.available([limit], 30_000)).toBe(3);
  });

  it('limits nothing without limits', () => {
    expect(new RateLimiter().available([], 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(new RateLimiter().nextAt([], 7)).toBe(7);
  });

  it('never lets more through than burst and rate allow', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500)), (waits) => {
        const limiter = new RateLimiter();
        let [now, sent] = [0, 0];
        for (const wait of waits) {
          now += wait;
          const count = limiter.available([limit], now);
          limiter.take([limit], count, now);
          sent += count;
        }
        expect(sent).toBeLessThanOrEqual(3 + now / 1000 + 1e-3);
      }),
    );
  });

  it('goes on at the time that it named', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 50, noNaN: true }), fc.nat(10_000), (perSecond, at) => {
        const limiter = new RateLimiter();
        const slow = { key: 'k', perSecond, burst: 1 };
        limiter.take([slow], 1, at);
        expect(limiter.available([slow], limiter.nextAt([slow], at))).toBe(1);
      }),
    );
  });
});

describe('the breaker', () => {
  const failing = (times: number): Breaker => {
    const breaker = new Breaker(30_000);
    for (let i = 0; i < times; i++) breaker.failed('a', 0);
    return breaker;
  };

  it('opens after ten failures in a row, for one integration', () => {
    expect(failing(9).allows('a')).toBe('all');
    expect(failing(10).allows('a')).toBe('none');
    expect(failing(10).allows('b')).toBe('all');
  });

  it('lets one call through when a probe went well, and closes when that succeeds', () => {
    const breaker = failing(10);
    expect(breaker.resting(29_999)).toEqual([]);
    expect(breaker.resting(30_000)).toEqual(['a']);
    breaker.allowTrial('a');
    expect(breaker.allows('a')).toBe('one');
    expect(breaker.resting(30_000)).toEqual([]);
    breaker.succeeded('a');
    expect(breaker.allows('a')).toBe('all');
  });

  it('rests again when the trial fails', () => {
    const breaker = failing(10);
    breaker.allowTrial('a');
    breaker.failed('a', 30_000);
    expect(breaker.allows('a')).toBe('none');
    expect(breaker.resting(59_999)).toEqual([]);
    expect(breaker.resting(60_000)).toEqual(['a']);
  });
});
