import { describe, expect, it } from '@jest/globals';
import { type RateLimit } from '../sink.js';
import { allot, IN_ALL, type Load, PER_INTEGRATION, QUANTUM } from './allotment.js';
import { Breaker } from './breaker.js';
import { RateLimiter } from './rate-limiter.js';
import { type Entry, type Roster } from './roster.js';

const POST = 2;
const due = (integrationId: string, laneClass = POST) => ({ integrationId, class: laneClass, due: 0 });
const limit: RateLimit = { key: 'k', perSecond: 1, burst: 3 };

function world({ parked = false, status = 'active', limits = [] as RateLimit[] } = {}) {
  const entry = { document: { status }, parked, limits: [[], limits, limits, limits] } as unknown as Entry;
  const roster = { get: (id: string) => (id === 'unknown' ? undefined : entry) } as unknown as Roster;
  return { roster, limiter: new RateLimiter(), breaker: new Breaker(1000) };
}
const load = (over: Partial<Load> = {}): Load => ({ underWay: new Map(), total: 0, trials: new Set(), ...over });

describe('allot', () => {
  it('gives each integration its quantum, whoever was first', () => {
    const { quotas } = allot([due('a'), due('b')], load(), world(), 0);
    expect(quotas.map(({ quota }) => quota)).toEqual([QUANTUM, QUANTUM]);
  });

  it('counts what is under way, of one and of all', () => {
    const underWay = new Map([['a', PER_INTEGRATION - 1]]);
    expect(allot([due('a')], load({ underWay }), world(), 0).quotas).toMatchObject([{ quota: 1 }]);
    expect(allot([due('a')], load({ total: IN_ALL - 2 }), world(), 0).quotas).toMatchObject([{ quota: 2 }]);
    const crowded = allot([due('a')], load({ total: IN_ALL }), world(), 0);
    expect([crowded.quotas, crowded.full]).toEqual([[], [due('a')]]);
  });

  it('keeps to the limits of the provider, shared by whoever has the same', () => {
    const parts = world({ limits: [limit] });
    const first = allot([due('a'), due('b')], load(), parts, 0);
    expect(first.quotas).toMatchObject([{ integrationId: 'a', quota: 3 }]);
    expect(first.later).toEqual([{ hint: due('b'), afterMs: 1000 }]);
    expect(first.reserved.get(`${POST}/a`)).toEqual({ limits: [limit], count: 3 });
  });

  it('lets a parked integration, or one with an open circuit, try one message when it is time', () => {
    const parts = world({ parked: true });
    expect(allot([due('a')], load(), parts, 0).quotas).toEqual([]);
    expect(allot([due('a')], load({ trials: new Set(['a']) }), parts, 0).quotas).toMatchObject([{ quota: 1 }]);
    const broken = world();
    for (let i = 0; i < 10; i++) broken.breaker.failed('a', 0);
    expect(allot([due('a')], load(), broken, 0).quotas).toEqual([]);
    broken.breaker.allowTrial('a');
    expect(allot([due('a')], load(), broken, 0).quotas).toMatchObject([{ quota: 1 }]);
    expect(allot([due('a')], load({ underWay: new Map([['a', 1]]) }), broken, 0).full).toHaveLength(1);
  });

  it('needs no leave for what makes no call', () => {
    const parts = world({ parked: true, limits: [limit] });
    expect(allot([due('a', 0)], load({ total: IN_ALL }), parts, 0).quotas).toHaveLength(1);
    expect(allot([due('a')], load(), world({ status: 'paused', parked: true }), 0).quotas).toHaveLength(1);
    expect(allot([due('unknown')], load(), parts, 0).quotas).toEqual([]);
  });
});
