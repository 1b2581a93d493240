/** What a bucket lets through. Zero for `rate` means no limit. */
export interface BucketRule {
  /** Units a second. */
  readonly rate: number;
  /** Units that may come at once after a rest. */
  readonly burst: number;
}

/**
 * A token bucket. Time comes from outside, in milliseconds that never go back. What is taken may be more than is there,
 * so one large request passes after a rest and is paid for by those after it; the debt is at most one burst, so nobody
 * waits longer than it takes to fill the bucket once.
 */
export class TokenBucket {
  private level: number;
  private at: number;

  constructor(
    private readonly rule: BucketRule,
    now: number,
  ) {
    this.level = rule.burst;
    this.at = now;
  }

  /** Seconds until something may pass again; 0 now. */
  wait(now: number): number {
    if (this.rule.rate === 0) return 0;
    this.fill(now);
    return this.level > 0 ? 0 : Math.max(-this.level, 1) / this.rule.rate;
  }

  /** Takes `units`, whether they are there or not. */
  spend(units: number, now: number): void {
    if (this.rule.rate === 0) return;
    this.fill(now);
    this.level = Math.max(this.level - units, -this.rule.burst);
  }

  private fill(now: number): void {
    if (now <= this.at) return;
    this.level = Math.min(this.rule.burst, this.level + ((now - this.at) / 1000) * this.rule.rate);
    this.at = now;
  }
}
