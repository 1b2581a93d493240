import { describe, expect, it } from '@jest/globals';
import { Metrics } from '../metrics/metrics.js';
import { countToldToWait, RateLimits, type RateSettings } from './rate-limits.js';

const NONE: RateSettings = { requests: 0, events: 0, bytes: 0, refusals: 0 };

function limitsOf(settings: Partial<RateSettings>, capacity?: number) {
  const clock = { now: 0 };
  return { clock, limits: new RateLimits({ ...NONE, ...settings }, () => clock.now, capacity) };
}

const passed = (tries: number, ask: () => number): number =>
  Array.from({ length: tries }, ask).filter((wait) => wait === 0).length;

describe('rate limits', () => {
  it('let ten seconds of a rate through at once, then the rate', () => {
    const { clock, limits } = limitsOf({ requests: 5 });
    expect(passed(100, () => limits.token('a'))).toBe(50);
    clock.now = 1_000;
    expect(passed(100, () => limits.token('a'))).toBe(5);
  });

  it('count each token by itself, and no token against an address', () => {
    const { limits } = limitsOf({ requests: 1, refusals: 1 });
    expect(passed(100, () => limits.token('a'))).toBe(10);
    expect(passed(100, () => limits.address('192.0.2.1'))).toBe(10);
    expect(passed(100, () => limits.stranger('192.0.2.1'))).toBe(10);
    expect(passed(100, () => limits.token('b'))).toBe(10);
  });

  it('take events and bytes when they are known: the next request waits for them', () => {
    const { clock, limits } = limitsOf({ events: 100, bytes: 1_000 });
    limits.spend('a', { events: 1_500 });
    expect(limits.token('a')).toBe(5);
    expect(limits.token('b')).toBe(0);
    clock.now = 5_010;
    expect(limits.token('a')).toBe(0);
    limits.spend('b', { bytes: 1e9 });
    expect(limits.token('b')).toBe(10);
  });

  it('are none where the rate is 0', () => {
    const { limits } = limitsOf({});
    limits.spend('a', { events: 1e9, bytes: 1e12 });
    expect(passed(1_000, () => limits.token('a') + limits.address('x') + limits.stranger('x'))).toBe(1_000);
  });

  it('keep in mind only so many, whoever asks', () => {
    const { limits } = limitsOf({ refusals: 1 }, 2);
    passed(10, () => limits.stranger('a'));
    expect(limits.stranger('a')).toBeGreaterThan(0);
    for (const address of ['b', 'c']) limits.stranger(address);
    expect(limits.stranger('a')).toBe(0);
  });

  it('say in the metrics whom they told to wait', async () => {
    const { limits } = limitsOf({ refusals: 1 });
    const metrics = new Metrics();
    countToldToWait(metrics, limits);
    passed(15, () => limits.stranger('a'));
    expect(await metrics.text()).toContain('tocsin_rate_limited_total{by="stranger"} 5');
  });
});
