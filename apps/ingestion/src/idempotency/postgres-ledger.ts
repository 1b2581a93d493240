import { type Tx } from '#libs/store';
import { type Claim, Ledger, type Settled, type Standing } from './ledger.js';
import { claimKeys } from './sql/claim.js';
import { forgetKeys, releaseKeys } from './sql/release.js';
import { settleKeys } from './sql/settle.js';
import { type HeldRow, standingOf } from './sql/standing.js';
import { sweepKeys } from './sql/sweep.js';

/** The ledger in the table `idempotency`: two statements for a repeated request, one for a new one, one to settle. */
export class PostgresLedger extends Ledger {
  constructor(private readonly tx: Tx) {
    super();
  }

  override async claim(claims: readonly Claim[]): Promise<readonly Standing[]> {
    const mine = new Set((await claimKeys(this.tx, claims)).map(nameOf));
    const others = claims.filter(({ key }) => !mine.has(nameOf(key)));
    const held =
      others.length === 0
        ? []
        : await standingOf(
            this.tx,
            others.map(({ key }) => key),
          );
    const rows = byKey(held);
    // A row that went away between the two statements was forgotten: whoever follows it will see.
    return claims.map((claim) =>
      mine.has(nameOf(claim.key)) ? MINE : (standing(claim, rows.get(nameOf(claim.key))) ?? PENDING),
    );
  }

  override async look(claims: readonly Claim[]): Promise<readonly Standing[]> {
    const rows = byKey(
      await standingOf(
        this.tx,
        claims.map(({ key }) => key),
      ),
    );
    return claims.map((claim) => standing(claim, rows.get(nameOf(claim.key))) ?? MINE);
  }

  override async settle(answers: readonly Settled[]): Promise<true> {
    await settleKeys(this.tx, answers);
    return true;
  }

  override async release(keys: readonly Buffer[]): Promise<void> {
    await releaseKeys(this.tx, keys);
  }

  override async forget(keys: readonly Buffer[]): Promise<void> {
    await forgetKeys(this.tx, keys);
  }

  override sweep(): Promise<number> {
    return sweepKeys(this.tx);
  }
}

function nameOf(key: Buffer): string {
  return key.toString('latin1');
}

const MINE: Standing = { state: 'mine' };
const PENDING: Standing = { state: 'pending' };

function byKey(rows: readonly HeldRow[]): ReadonlyMap<string, HeldRow> {
  return new Map(rows.map((row) => [nameOf(row.key), row]));
}

/** Undefined where nobody holds it. */
function standing({ body }: Claim, row: HeldRow | undefined): Standing | undefined {
  if (!row) return undefined;
  if (!row.body.equals(body)) return { state: 'conflict' };
  if (row.answer !== null) return { state: 'answered', answer: row.answer };
  return row.leased ? PENDING : undefined;
}
