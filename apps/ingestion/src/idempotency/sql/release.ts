import { type Tx } from '#libs/store';

/** Ends the leases of unanswered claims. */
export async function releaseKeys(tx: Tx, keys: readonly Buffer[]): Promise<void> {
  await tx.query(`update idempotency set lease_until = '-infinity' where key = any($1::bytea[]) and answer is null`, [
    keys,
  ]);
}

/** Drops unanswered claims. */
export async function forgetKeys(tx: Tx, keys: readonly Buffer[]): Promise<void> {
  await tx.query('delete from idempotency where key = any($1::bytea[]) and answer is null', [keys]);
}
