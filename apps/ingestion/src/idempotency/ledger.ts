/** What must happen once: SHA-256 of its key, and of what was sent under it. */
export interface Claim {
  readonly key: Buffer;
  readonly body: Buffer;
}

/**
 * How a claim stands: `mine` to do; `answered` before; `pending` with another process; `conflict`, another body came
 * under this key.
 */
export type Standing =
  | { readonly state: 'mine' }
  | { readonly state: 'answered'; readonly answer: unknown }
  | { readonly state: 'pending' }
  | { readonly state: 'conflict' };

/** An answer that was given under a key: JSON. */
export interface Settled {
  readonly key: Buffer;
  readonly answer: unknown;
}

/**
 * The memory of keys that all replicas share, for 24 hours. A claim that is not settled within the lease (a process
 * died) may be taken over with the same body. Every call may fail while the database is away.
 */
export abstract class Ledger {
  /** Standings in the order of `claims`, whose keys differ. */
  abstract claim(claims: readonly Claim[]): Promise<readonly Standing[]>;
  /** How claims stand now, without taking any; `mine` is one that nobody holds. */
  abstract look(claims: readonly Claim[]): Promise<readonly Standing[]>;
  /** Keeps the answers of claims that were mine. Answers true. */
  abstract settle(answers: readonly Settled[]): Promise<true>;
  /** Ends the lease of claims that failed half-way: the same body may try again at once, another may not. */
  abstract release(keys: readonly Buffer[]): Promise<void>;
  /** Drops claims under which nothing was done. */
  abstract forget(keys: readonly Buffer[]): Promise<void>;
  /** Drops what is older than 24 hours; answers how many were dropped. */
  abstract sweep(): Promise<number>;
}

/** Seconds that a claim belongs to whoever made it: more than any request takes. */
export const LEASE = 15;
/** Hours that an answer is kept. */
export const KEPT = 24;
