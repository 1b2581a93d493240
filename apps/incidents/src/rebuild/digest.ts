import { type Tx } from '#libs/store';
import { type Pair } from './compare.js';
import { shapesOf } from './shape.js';

/** Parts into which subjects fall by the hash of their ids. */
const PARTS = 4_096;
/** Pages of a table that one statement reads (256 MB): far less than a statement may take. */
const PAGES = 32_768;
/** More parts than these that differ: whoever looks at every subject in turn is as quick. */
const MANY = PARTS / 8;

/** What is hashed as it is: equal values are the same bytes. Of other types it is their text. */
const PLAIN = new Set([
  'uuid',
  'smallint',
  'integer',
  'bigint',
  'boolean',
  'timestamp with time zone',
  'text',
  'text[]',
]);

/**
 * Compares generations by the sums of the hashes of their rows: each table is read once, in the order in which it lies on
 * the disk, where looking for the rows of one subject after the other reads it all over. Subjects of parts that differ are
 * noted to be looked at one by one. Answers false, and notes nothing, when those are too many.
 */
export async function compareDigests(tx: Tx, name: string, live: number, pairs: readonly Pair[]): Promise<boolean> {
  const unlike = new Set<number>();
  for (const pair of pairs) {
    for (const [part, sum] of await digestsOf(tx, pair)) if (sum !== 0n) unlike.add(part);
  }
  if (unlike.size > MANY) return false;
  if (unlike.size > 0) for (const pair of pairs) await noteSubjects(tx, name, live, pair, [...unlike]);
  return true;
}

/** By part, the sum (exclusive or) over the rows of both sides: 0 where they are the same rows. */
async function digestsOf(tx: Tx, { live, built, key, columns }: Pair): Promise<ReadonlyMap<number, bigint>> {
  const types = (await shapesOf(tx, [live])).get(live)!.columns;
  const values = columns.map((column) => (PLAIN.has(types.get(column)!) ? column : `${column}::text`));
  const sums = new Map<number, bigint>();
  for (const table of [live, built]) {
    const pages = await pagesOf(tx, table);
    for (let from = 0; from <= pages; from += PAGES) {
      const { rows } = await tx.query<{ part: number; sum: string }>(
        // Without the offset the rows themselves would be sorted, not their hashes.
        `select part, bit_xor(hash)::text as sum
         from (select ${partOf(key[1]!)} as part, hash_record_extended(row(${values.join(', ')}), 0) as hash
           from ${table} where ctid >= '(${from},0)' and ctid < '(${from + PAGES},0)' offset 0) as hashed
         group by part`,
      );
      for (const { part, sum } of rows) sums.set(part, (sums.get(part) ?? 0n) ^ BigInt(sum));
    }
  }
  return sums;
}

async function pagesOf(tx: Tx, table: string): Promise<number> {
  const { rows } = await tx.query<{ pages: number }>(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages`,
    [table],
  );
  return rows[0]!.pages;
}

async function noteSubjects(
  tx: Tx,
  name: string,
  generation: number,
  { live, built, key }: Pair,
  parts: readonly number[],
): Promise<void> {
  const subject = key[1]!;
  const among = (table: string): string =>
    `select organization_id, ${subject} as id from ${table} where ${partOf(subject)} = any($3::integer[])`;
  await tx.query(
    `insert into projection_touched select $1, $2::integer, organization_id, id
     from (${among(live)} union ${among(built)}) as noted order by 3, 4 on conflict do nothing`,
    [name, generation, parts],
  );
}

function partOf(subject: string): string {
  return `uuid_hash(${subject}) & ${PARTS - 1}`;
}
