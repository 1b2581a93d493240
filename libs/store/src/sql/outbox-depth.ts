import { type Tx } from '../tx.js';

/** Rows that wait in the outbox, counted up to `limit`. */
export async function outboxDepth(tx: Tx, limit: number): Promise<number> {
  const { rows } = await tx.query<{ depth: number }>(
    'select count(*) as depth from (select 1 from outbox limit $1) as waiting',
    [limit],
  );
  return rows[0]?.depth ?? 0;
}
