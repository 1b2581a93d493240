import { type Clock } from '#libs/core';
import { ServiceUnavailable } from '../http/problem.js';
import { type Principal } from './principal.js';
import { digestOf, publicIdOf } from './token.js';

/** A token as the database knows it. */
export interface KnownToken {
  readonly principal: Principal;
  /** Milliseconds; null never. */
  readonly expiresAt: number | null;
}

/** Where tokens are looked up. Undefined for one that is unknown, revoked or expired. @throws when the database fails */
export interface TokenDirectory {
  find(token: { digest: Buffer; publicId: string | undefined }): Promise<KnownToken | undefined>;
}

/** Milliseconds, unless said otherwise. */
export interface VerifierOptions {
  /** From this age on an entry is looked up again while it still serves. */
  readonly refreshAfter: number;
  /** Beyond this age an entry serves only while the database fails: the longest that a revoked token lives. */
  readonly maxAge: number;
  /** Beyond this age it does not serve at all. */
  readonly staleFor: number;
  /** How long a request with a stale entry waits for the database. */
  readonly patience: number;
  /** Tokens kept in mind, and as many strangers. */
  readonly capacity: number;
}

const defaults: VerifierOptions = {
  refreshAfter: 2_500,
  maxAge: 4_500,
  staleFor: 60 * 60 * 1000,
  patience: 250,
  capacity: 10_000,
};

interface Entry {
  known: KnownToken;
  /** Milliseconds of the last look-up that succeeded. */
  at: number;
  refreshing: Promise<void> | undefined;
}

/** A token that was not valid a moment ago is not asked for again. */
const STRANGER_MS = 1_000;
/** Look-ups of tokens never seen, at once: a flood of invented ones does not stand before the refreshes of known ones. */
const MAX_MEETINGS = 32;
const CANNOT_CHECK = 'tokens cannot be checked now';

/**
 * Who a token belongs to. A known token costs one SHA-256 and one map look-up and is answered at once; the map is keyed
 * by the digest, so how long a look-up takes says nothing about the token.
 */
export class TokenVerifier {
  private readonly entries = new Map<string, Entry>();
  private readonly strangers = new Map<string, number>();
  private readonly meetings = new Map<string, Promise<Principal | undefined>>();
  private readonly options: VerifierOptions;
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly directory: TokenDirectory,
    private readonly clock: Clock,
    options: Partial<VerifierOptions> = {},
  ) {
    this.options = { ...defaults, ...options };
  }

  /**
   * The principal; undefined for a token that is not valid. A promise only where the database has to be asked.
   * @throws ServiceUnavailable when the database fails and nothing is known of the token
   */
  verify(token: string): Principal | undefined | Promise<Principal | undefined> {
    const digest = digestOf(token);
    const key = digest.toString('latin1');
    const now = this.clock.millis();
    const entry = this.entries.get(key);
    if (!entry) return this.meet(token, digest, key, now);
    const age = now - entry.at;
    if (age > this.options.refreshAfter) {
      const refreshed = this.refresh(entry, token, digest, key);
      const down = now - this.failedAt <= this.options.maxAge;
      if (age > this.options.maxAge && !down) return this.waitFor(refreshed, entry, key, now);
    }
    return this.serve(entry, now);
  }

  /** Tokens that this process has just revoked: here they end at once. */
  forgetTokens(ids: readonly string[]): void {
    const gone = new Set(ids);
    for (const [key, { known }] of this.entries) if (gone.has(known.principal.tokenId)) this.entries.delete(key);
  }

  private serve(entry: Entry, now: number): Principal | undefined {
    if (now - entry.at > this.options.staleFor) throw new ServiceUnavailable(CANNOT_CHECK);
    const { expiresAt, principal } = entry.known;
    return expiresAt !== null && expiresAt <= now ? undefined : principal;
  }

  private async waitFor(
    refreshed: Promise<void>,
    entry: Entry,
    key: string,
    now: number,
  ): Promise<Principal | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.options.patience)));
    await Promise.race([refreshed, patience]);
    clearTimeout(timer);
    if (!this.entries.has(key)) return undefined;
    if (now - entry.at > this.options.maxAge) this.failedAt = now;
    return this.serve(entry, now);
  }

  /** Looks a known token up again, once at a time. Never rejects: after a failure the entry stays as it was. */
  private refresh(entry: Entry, token: string, digest: Buffer, key: string): Promise<void> {
    const asked = this.clock.millis();
    entry.refreshing ??= this.find(token, digest)
      .then((known) => {
        if (known) Object.assign(entry, { known, at: asked });
        else this.forget(key, asked);
      })
      .catch(() => undefined)
      .finally(() => (entry.refreshing = undefined));
    return entry.refreshing;
  }

  /** A token never seen: an invented one of our form is refused unasked, others once a second at most. */
  private meet(token: string, digest: Buffer, key: string, now: number): undefined | Promise<Principal | undefined> {
    if (publicIdOf(token) === null || now - (this.strangers.get(key) ?? -Infinity) < STRANGER_MS) return undefined;
    const meeting = this.meetings.get(key);
    if (meeting) return meeting;
    if (this.meetings.size >= MAX_MEETINGS) throw new ServiceUnavailable(CANNOT_CHECK);
    const met = this.introduce(token, digest, key, now).finally(() => this.meetings.delete(key));
    this.meetings.set(key, met);
    return met;
  }

  private async introduce(token: string, digest: Buffer, key: string, now: number): Promise<Principal | undefined> {
    const known = await this.find(token, digest).catch(() => {
      throw new ServiceUnavailable(CANNOT_CHECK);
    });
    if (!known) {
      this.forget(key, now);
      return undefined;
    }
    const entry: Entry = { known, at: now, refreshing: undefined };
    this.strangers.delete(key);
    put(this.entries, key, entry, this.options.capacity);
    return this.serve(entry, this.clock.millis());
  }

  private forget(key: string, now: number): void {
    this.entries.delete(key);
    put(this.strangers, key, now, this.options.capacity);
  }

  private async find(token: string, digest: Buffer): Promise<KnownToken | undefined> {
    try {
      const known = await this.directory.find({ digest, publicId: publicIdOf(token) ?? undefined });
      this.failedAt = Number.NEGATIVE_INFINITY;
      return known;
    } catch (error) {
      this.failedAt = this.clock.millis();
      throw error;
    }
  }
}

/** The oldest gives way. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, capacity: number): void {
  map.set(key, value);
  if (map.size > capacity) map.delete(map.keys().next().value!);
}
