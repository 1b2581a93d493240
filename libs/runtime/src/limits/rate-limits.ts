import { type Metrics } from '../metrics/metrics.js';
import { type BucketRule, TokenBucket } from './token-bucket.js';

/** Units a second; 0 is no limit. */
export interface RateSettings {
  /** Requests of one token, and of one address where no token is asked for. */
  readonly requests: number;
  /** Events that one token sends in. */
  readonly events: number;
  /** Bytes of the bodies of one token. */
  readonly bytes: number;
  /** Requests of one address without a valid token. */
  readonly refusals: number;
}

/** Events and bytes of a request that was let in, as far as they are known. */
export interface Cost {
  readonly events?: number;
  readonly bytes?: number;
}

/** Seconds of its rate that somebody may use at once after a rest. */
const BURST_SECONDS = 10;
/** Tokens, and addresses, that are counted at once. */
const CAPACITY = 20_000;

type Kind = 'token' | 'address' | 'stranger';

/**
 * How much one token, and one address without a token, may ask of a process (reference performance-reliability 2.10).
 * A request with a valid token is counted against the token alone, so nobody behind the same address can use it up.
 * Every method that is asked answers the seconds to wait, 0 for none.
 */
export class RateLimits {
  private readonly requests: Buckets;
  private readonly events: Buckets;
  private readonly bytes: Buckets;
  private readonly addresses: Buckets;
  private readonly strangers: Buckets;
  private readonly refused: Record<Kind, number> = { token: 0, address: 0, stranger: 0 };

  /** `now`: milliseconds of a monotonic clock. */
  constructor(
    settings: RateSettings,
    private readonly now: () => number,
    capacity = CAPACITY,
  ) {
    const bucketsOf = (rate: number): Buckets => new Buckets({ rate, burst: rate * BURST_SECONDS }, capacity);
    this.requests = bucketsOf(settings.requests);
    this.events = bucketsOf(settings.events);
    this.bytes = bucketsOf(settings.bytes);
    this.addresses = bucketsOf(settings.requests);
    this.strangers = bucketsOf(settings.refusals);
  }

  /** A request with the valid token `tokenId`. */
  token(tokenId: string): number {
    const now = this.now();
    const wait = Math.max(
      this.requests.wait(tokenId, now),
      this.events.wait(tokenId, now),
      this.bytes.wait(tokenId, now),
    );
    return this.counted('token', wait, () => this.requests.spend(tokenId, 1, now));
  }

  /** What a request of the token turned out to hold: it is in already, the next ones wait for it. */
  spend(tokenId: string, { events = 0, bytes = 0 }: Cost): void {
    const now = this.now();
    if (events > 0) this.events.spend(tokenId, events, now);
    if (bytes > 0) this.bytes.spend(tokenId, bytes, now);
  }

  /** A request that needs no token. */
  address(address: string): number {
    const now = this.now();
    return this.counted('address', this.addresses.wait(address, now), () => this.addresses.spend(address, 1, now));
  }

  /** A request whose token is missing or not valid, or does not suffice. */
  stranger(address: string): number {
    const now = this.now();
    return this.counted('stranger', this.strangers.wait(address, now), () => this.strangers.spend(address, 1, now));
  }

  /** How many requests were told to wait since the start, by what they were counted against. */
  get told(): Readonly<Record<Kind, number>> {
    return this.refused;
  }

  private counted(kind: Kind, wait: number, spend: () => void): number {
    if (wait > 0) this.refused[kind]++;
    else spend();
    return wait;
  }
}

/** One bucket each. Who is not known has a full one; where there is no room, whoever came first is forgotten. */
class Buckets {
  private readonly known = new Map<string, TokenBucket>();

  constructor(
    private readonly rule: BucketRule,
    private readonly capacity: number,
  ) {}

  wait(who: string, now: number): number {
    return this.known.get(who)?.wait(now) ?? 0;
  }

  spend(who: string, units: number, now: number): void {
    if (this.rule.rate === 0) return;
    let bucket = this.known.get(who);
    if (!bucket) {
      if (this.known.size >= this.capacity) this.known.delete(this.known.keys().next().value!);
      bucket = new TokenBucket(this.rule, now);
      this.known.set(who, bucket);
    }
    bucket.spend(units, now);
  }
}

/** How often callers were told to wait, in the metrics. */
export function countToldToWait(metrics: Metrics, limits: Pick<RateLimits, 'told'>): void {
  metrics.collected('counter', 'tocsin_rate_limited_total', 'Requests told to wait, by what they count against.', () =>
    Object.entries(limits.told).map(([by, value]) => ({ labels: { by }, value })),
  );
}
