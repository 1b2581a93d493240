import { prepared } from '../prepared.js';
import { type Tx } from '../tx.js';

export interface OutboxRow {
  readonly shard: number;
  readonly id: number;
  readonly topic: string;
  readonly key: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

const ROWS_PER_SHARD = 250;
const BYTES_PER_SHARD = 256 * 1024;

/**
 * The next rows of each shard after the id given for it, in order: at most 250 and about 256 KiB a shard. Reading after an
 * id, not from the start, keeps the cost flat while an old transaction elsewhere keeps deleted rows from being vacuumed.
 */
export async function readOutbox(tx: Tx, after: ReadonlyMap<number, number>): Promise<readonly OutboxRow[]> {
  const { rows } = await tx.query<OutboxRow>(READ, [
    [...after.keys()],
    [...after.values()],
    ROWS_PER_SHARD,
    BYTES_PER_SHARD,
  ]);
  return rows;
}

const READ = prepared(`
  select next.* from unnest($1::integer[], $2::bigint[]) as owned(shard, after)
  cross join lateral (
    select shard, id, topic, key, headers, value from (
      select head.*, sum(octet_length(head.value)) over (order by head.id) - octet_length(head.value) as bytes_before
      from (
        select shard, id, topic, key, headers, value from outbox
        where outbox.shard = owned.shard and outbox.id > owned.after
        order by outbox.id limit $3
      ) as head
    ) as sized
    where bytes_before < $4
  ) as next
  order by next.id`);
