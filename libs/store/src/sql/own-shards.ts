import { lockClass } from '../locks.js';
import { ASIDE } from '../shard.js';
import { type Tx } from '../tx.js';

/**
 * Tries for the shards that are not in `owned`, for as long as the session lives; answers those it got. `tx` has to be
 * the very connection that reads the rows: whoever lost the locks then cannot read.
 */
export async function ownShards(tx: Tx, schema: string, owned: ReadonlySet<number>): Promise<readonly number[]> {
  const wanted = Array.from({ length: ASIDE + 1 }, (_, shard) => shard).filter((shard) => !owned.has(shard));
  if (wanted.length === 0) return [];
  const { rows } = await tx.query<{ shard: number }>(
    `select shard from (
       select shard, pg_try_advisory_lock($1, shard) as got from unnest($2::integer[]) as shard offset 0
     ) as tried where got`,
    [lockClass('outbox-relay', schema), wanted],
  );
  return rows.map((row) => row.shard);
}
