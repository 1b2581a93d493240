import { type RateLimit } from '../sink.js';

interface Bucket {
  tokens: number;
  at: number;
  /** Nothing before this: the provider asked for it. */
  blockedUntil: number;
  limit: RateLimit;
}

/** Token buckets by key. Times are milliseconds, and passed in. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  /** How many calls may be begun now under all of `limits`. */
  available(limits: readonly RateLimit[], now: number): number {
    const each = limits.map((limit) => {
      const bucket = this.bucket(limit, now);
      return bucket.blockedUntil > now ? 0 : Math.floor(bucket.tokens + TINY);
    });
    return Math.min(...each, Number.MAX_SAFE_INTEGER);
  }

  take(limits: readonly RateLimit[], count: number, now: number): void {
    for (const limit of limits) this.bucket(limit, now).tokens -= count;
  }

  /** Gives back what was taken and not used. */
  giveBack(limits: readonly RateLimit[], count: number, now: number): void {
    for (const limit of limits) {
      const bucket = this.bucket(limit, now);
      bucket.tokens = Math.min(limit.burst, bucket.tokens + count);
    }
  }

  /** No call under any of `limits` before `until`. */
  block(limits: readonly RateLimit[], until: number, now: number): void {
    for (const limit of limits) {
      const bucket = this.bucket(limit, now);
      bucket.blockedUntil = Math.max(bucket.blockedUntil, until);
    }
  }

  /** The earliest time at which a call may be begun under all of `limits`. */
  nextAt(limits: readonly RateLimit[], now: number): number {
    const each = limits.map((limit) => {
      const bucket = this.bucket(limit, now);
      const missing = Math.max(0, 1 - TINY - bucket.tokens);
      return Math.max(bucket.blockedUntil, now + Math.ceil((missing / limit.perSecond) * 1000));
    });
    return Math.max(now, ...each);
  }

  /** Forgets the buckets that are as good as new. */
  prune(now: number): void {
    for (const [key, { limit }] of this.buckets) {
      const bucket = this.bucket(limit, now);
      if (bucket.blockedUntil <= now && bucket.tokens >= limit.burst) this.buckets.delete(key);
    }
  }

  private bucket(limit: RateLimit, now: number): Bucket {
    const known = this.buckets.get(limit.key);
    const bucket = known ?? { tokens: limit.burst, at: now, blockedUntil: 0, limit };
    const passed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(limit.burst, bucket.tokens + (passed / 1000) * limit.perSecond);
    bucket.at = now;
    bucket.limit = limit;
    if (!known) this.buckets.set(limit.key, bucket);
    return bucket;
  }
}

/** Sums of fractions come out a little short. */
const TINY = 1e-6;
