import { prepared } from '../prepared.js';
import { lockClass } from '../locks.js';
import { ASIDE, shardOf } from '../shard.js';
import { type OutboxRecord, type Tx } from '../tx.js';

/**
 * Puts `records` into the outbox, in order, and answers their shards. The last statement before COMMIT: from here on the
 * transaction holds its shards, so that in each of them a row with a higher id is never committed first (ADR 4). Shards
 * are locked in ascending order, so two writers cannot wait for each other.
 */
export async function insertOutbox(
  tx: Tx,
  schema: string,
  records: readonly OutboxRecord[],
): Promise<ReadonlySet<number>> {
  if (records.length === 0) return new Set();
  const shards = records.map((record) => (record.aside === true ? ASIDE : shardOf(record.key)));
  await tx.query(INSERT, [
    lockClass('outbox-write', schema),
    [...new Set(shards)].sort((a, b) => a - b),
    shards,
    records.map((record) => record.topic),
    records.map((record) => byteaText(record.key)),
    records.map((record) => JSON.stringify(record.headers)),
    records.map((record) => byteaText(record.value)),
  ]);
  return new Set(shards);
}

/** Input of bytea: hex for bytes; a text as it is, but for its backslashes, which is half the size. */
function byteaText(value: string | Buffer): string {
  if (typeof value !== 'string') return `\\x${value.toString('hex')}`;
  return value.includes('\0') ? byteaText(Buffer.from(value)) : value.replaceAll('\\', '\\\\');
}

// The row count of the locks joins every row, so no id is drawn before all locks are held.
const INSERT = prepared(`
  with locked as materialized (select pg_advisory_xact_lock($1, shard) from unnest($2::integer[]) as shard)
  insert into outbox (shard, topic, key, headers, value)
  select row.shard, row.topic, row.key, row.headers, row.value
  from (select count(*) from locked) as held,
    unnest($3::integer[], $4::text[], $5::bytea[], $6::json[], $7::bytea[])
      with ordinality as row(shard, topic, key, headers, value, position)
  order by row.position`);
