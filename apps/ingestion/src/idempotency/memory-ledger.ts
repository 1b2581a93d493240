import { type Clock } from '#libs/core';
import { type Claim, KEPT, LEASE, Ledger, type Settled, type Standing } from './ledger.js';

interface Held {
  body: Buffer;
  answer: unknown;
  leaseUntil: number;
  createdAt: number;
}

/** The ledger of one process, held to the same contract suite. */
export class MemoryLedger extends Ledger {
  private readonly rows = new Map<string, Held>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override claim(claims: readonly Claim[]): Promise<readonly Standing[]> {
    return Promise.resolve(claims.map((claim) => this.claimOne(claim)));
  }

  override settle(answers: readonly Settled[]): Promise<true> {
    for (const { key, answer } of answers) {
      const row = this.rows.get(key.toString('hex'));
      if (row) row.answer = JSON.parse(JSON.stringify(answer)) as unknown;
    }
    return Promise.resolve(true);
  }

  override release(keys: readonly Buffer[]): Promise<void> {
    for (const key of keys) {
      const row = this.rows.get(key.toString('hex'));
      if (row && row.answer === null) row.leaseUntil = Number.NEGATIVE_INFINITY;
    }
    return Promise.resolve();
  }

  override forget(keys: readonly Buffer[]): Promise<void> {
    for (const key of keys) {
      if (this.rows.get(key.toString('hex'))?.answer === null) this.rows.delete(key.toString('hex'));
    }
    return Promise.resolve();
  }

  override sweep(): Promise<number> {
    const before = this.rows.size;
    for (const [name, row] of this.rows) if (this.isOver(row)) this.rows.delete(name);
    return Promise.resolve(before - this.rows.size);
  }

  override look(claims: readonly Claim[]): Promise<readonly Standing[]> {
    return Promise.resolve(claims.map((claim) => this.standingOf(claim) ?? { state: 'mine' }));
  }

  private claimOne(claim: Claim): Standing {
    const standing = this.standingOf(claim);
    if (standing) return standing;
    const now = this.clock.millis();
    const row = { body: claim.body, answer: null, leaseUntil: now + LEASE * 1000, createdAt: now };
    this.rows.set(claim.key.toString('hex'), row);
    return { state: 'mine' };
  }

  /** Undefined where nobody holds it. */
  private standingOf({ key, body }: Claim): Standing | undefined {
    const row = this.rows.get(key.toString('hex'));
    if (!row || this.isOver(row)) return undefined;
    if (!row.body.equals(body)) return { state: 'conflict' };
    if (row.answer !== null) return { state: 'answered', answer: row.answer };
    return row.leaseUntil >= this.clock.millis() ? { state: 'pending' } : undefined;
  }

  private isOver({ createdAt }: Held): boolean {
    return createdAt < this.clock.millis() - KEPT * 60 * 60 * 1000;
  }
}
