import { type Tx } from '../tx.js';

/** Rows that wait in the outbox (with `shards`: in those), counted up to `limit`. */
export async function outboxDepth(tx: Tx, limit: number, shards?: readonly number[]): Promise<number> {
  const { rows } = await tx.query<{ depth: number }>(
    `select count(*) as depth from (
       select 1 from outbox where $2::integer[] is null or shard = any($2) limit $1
     ) as waiting`,
    [limit, shards ?? null],
  );
  return rows[0]?.depth ?? 0;
}
