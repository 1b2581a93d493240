import { type Tx } from '#libs/store';
import { KEPT } from '../ledger.js';

const AT_ONCE = 10_000;

/** Drops keys whose keeping time is over, at most 10,000; answers how many. */
export async function sweepKeys(tx: Tx): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from idempotency where key in (
       select key from idempotency where created_at < now() - $1 * interval '1 hour' order by created_at limit $2
       for update skip locked)`,
    [KEPT, AT_ONCE],
  );
  return rowCount;
}
