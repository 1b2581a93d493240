import { type Tx } from '#libs/store';
import { type Settled } from '../ledger.js';

/** Writes the answers of claims. */
export async function settleKeys(tx: Tx, answers: readonly Settled[]): Promise<void> {
  await tx.query(
    `update idempotency as held set answer = given.answer::json
     from unnest($1::bytea[], $2::text[]) as given (key, answer) where held.key = given.key`,
    [answers.map(({ key }) => key), answers.map(({ answer }) => JSON.stringify(answer))],
  );
}
