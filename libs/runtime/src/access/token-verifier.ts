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
  /** Entries kept. */
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
  known: KnownToken | undefined;
  /** Milliseconds of the last successful look-up. */
  at: number;
  refreshing: Promise<void> | undefined;
}

/**
 * Who a token belongs to. A known token costs one SHA-256 and one map look-up and is answered at once; the map is keyed
 * by the digest, so how long a look-up takes says nothing about the token.
 */
export class TokenVerifier {
  private readonly entries = new Map<string, Entry>();
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
    if (entry?.known === undefined) return this.ask(token, digest, key, now, entry);
    const age = now - entry.at;
    if (age > this.options.refreshAfter) {
      const refreshed = this.refresh(entry, token, digest);
      if (age > this.options.maxAge && now - this.failedAt > this.options.maxAge) {
        return this.waitFor(refreshed, entry, now);
      }
    }
    return this.serve(entry, now);
  }

  private serve(entry: Entry, now: number): Principal | undefined {
    if (entry.known === undefined) return undefined;
    if (now - entry.at > this.options.staleFor) throw new ServiceUnavailable('tokens cannot be checked now');
    const { expiresAt, principal } = entry.known;
    return expiresAt !== null && expiresAt <= now ? undefined : principal;
  }

  private async waitFor(refreshed: Promise<void>, entry: Entry, now: number): Promise<Principal | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.options.patience)));
    await Promise.race([refreshed, patience]);
    clearTimeout(timer);
    if (now - entry.at > this.options.maxAge) this.failedAt = now;
    return this.serve(entry, now);
  }

  /** Unknown tokens: an invented one of our form is refused unasked, others once a second at most. */
  private ask(
    token: string,
    digest: Buffer,
    key: string,
    now: number,
    known: Entry | undefined,
  ): undefined | Promise<Principal | undefined> {
    if (publicIdOf(token) === null) return undefined;
    if (known && !known.refreshing && now - known.at < 1000) return undefined;
    const entry = known ?? { known: undefined, at: Number.NEGATIVE_INFINITY, refreshing: undefined };
    this.entries.set(key, entry);
    if (this.entries.size > this.options.capacity) this.entries.delete(this.entries.keys().next().value!);
    return this.refresh(entry, token, digest).then(() => {
      if (entry.at === Number.NEGATIVE_INFINITY) throw new ServiceUnavailable('tokens cannot be checked now');
      return this.serve(entry, this.clock.millis());
    });
  }

  /** One look-up at a time for each token. Never rejects: a failure leaves the entry as it was. */
  private refresh(entry: Entry, token: string, digest: Buffer): Promise<void> {
    const asked = this.clock.millis();
    entry.refreshing ??= this.directory
      .find({ digest, publicId: publicIdOf(token) ?? undefined })
      .then(
        (known) => {
          entry.known = known;
          entry.at = asked;
          this.failedAt = Number.NEGATIVE_INFINITY;
        },
        () => {
          this.failedAt = this.clock.millis();
        },
      )
      .finally(() => (entry.refreshing = undefined));
    return entry.refreshing;
  }
}
