import { prepared } from '../prepared.js';
import { type Tx } from '../tx.js';

/** Removes rows that the log has. */
export async function deleteOutbox(
  tx: Tx,
  rows: readonly { readonly shard: number; readonly id: number }[],
): Promise<void> {
  await tx.query(DELETE, [rows.map((row) => row.shard), rows.map((row) => row.id)]);
}

const DELETE = prepared(`
  delete from outbox using unnest($1::integer[], $2::bigint[]) as done(shard, id)
  where outbox.shard = done.shard and outbox.id = done.id`);
