import { createHash } from 'node:crypto';
import { canonicalJson, type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { type Pair, type Subject } from './compare.js';

/** Differences that are kept in detail; all are counted. */
export const MOST = 200;
const MOST_TEXT = 500;

/** A subject of which two generations say different things. */
export interface Difference extends Subject {
  /** `missing`: the new one does not have it; `added`: only the new one has. */
  readonly kind: 'changed' | 'missing' | 'added';
  /** SHA-256 of the canonical JSON of all its rows, hexadecimal; null where there are none. */
  readonly liveHash: string | null;
  readonly builtHash: string | null;
  /** What differs: a column of the one row, or the number of rows in a table of many. */
  readonly fields: Readonly<Record<string, { readonly live: unknown; readonly built: unknown }>>;
}

/** What the comparison of the last rebuild found, and how far it has come. */
export interface Comparison {
  readonly live: number;
  readonly liveVersion: number;
  readonly built: number;
  readonly builtVersion: number;
  readonly since: Instant;
  readonly total: number;
  readonly compared: number;
  readonly differing: number;
  readonly finishedAt: Instant | null;
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Looks closer at subjects that differ. */
export async function describeDifferences(
  tx: Tx,
  pairs: readonly Pair[],
  subjects: readonly Subject[],
): Promise<readonly Difference[]> {
  const live = await viewsOf(tx, pairs, 'live', subjects);
  const built = await viewsOf(tx, pairs, 'built', subjects);
  return subjects.map((subject) => {
    const [before, after] = [live.get(keyOf(subject))!, built.get(keyOf(subject))!];
    const [liveHash, builtHash] = [hashOf(before), hashOf(after)];
    const kind = liveHash === null ? 'added' : builtHash === null ? 'missing' : 'changed';
    return { ...subject, kind, liveHash, builtHash, fields: fieldsOf(pairs, before, after) };
  });
}

type Views = Record<string, Rows>;

function keyOf({ organizationId, id }: Subject): string {
  return `${organizationId}/${id}`;
}

async function viewsOf(
  tx: Tx,
  pairs: readonly Pair[],
  side: 'live' | 'built',
  subjects: readonly Subject[],
): Promise<ReadonlyMap<string, Views>> {
  const views = new Map(
    subjects.map((subject) => [keyOf(subject), Object.fromEntries(pairs.map(({ view }) => [view, [] as Rows]))]),
  );
  for (const { view, key, columns, ...tables } of pairs) {
    const [organization, subject] = key;
    const { rows } = await tx.query<{ subject: string; rows: Rows }>(
      `select whole.${organization} || '/' || whole.${subject} as subject, jsonb_agg(to_jsonb(shown) order by ${key.map((each) => `whole.${each}`).join(', ')}) as rows
       from ${tables[side]} as whole cross join lateral (select ${columns.map((each) => `whole.${each}`).join(', ')}) as shown
       where (whole.${organization}, whole.${subject}) in (select * from unnest($1::uuid[], $2::uuid[]))
       group by whole.${organization}, whole.${subject}`,
      [subjects.map(({ organizationId }) => organizationId), subjects.map(({ id }) => id)],
    );
    for (const found of rows) views.get(found.subject)![view] = found.rows;
  }
  return views;
}

/** The canonical hash of one subject in one generation. */
export function hashOf(views: Readonly<Views>): string | null {
  if (Object.values(views).every((rows) => rows.length === 0)) return null;
  return createHash('sha256').update(canonicalJson(views)).digest('hex');
}

function fieldsOf(pairs: readonly Pair[], live: Readonly<Views>, built: Readonly<Views>): Difference['fields'] {
  const fields: Record<string, { live: unknown; built: unknown }> = {};
  for (const { view } of pairs) {
    const [before, after] = [live[view]!, built[view]!];
    if (canonicalJson(before) === canonicalJson(after)) continue;
    if (before.length > 1 || after.length > 1) {
      fields[view] = { live: `${before.length} rows`, built: `${after.length} rows` };
    }
    const at = before.findIndex((row, index) => canonicalJson(row) !== canonicalJson(after[index] ?? null));
    for (const column of at < 0 ? [] : Object.keys(before[at]!)) {
      const [a, b] = [before[at]![column], after[at]?.[column] ?? null];
      if (canonicalJson(a) !== canonicalJson(b)) fields[`${view}.${column}`] = { live: cut(a), built: cut(b) };
    }
  }
  return fields;
}

function cut(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : value;
}

/** Keeps differences, those known already as they are now, up to `MOST` in all. */
export async function saveDifferences(tx: Tx, name: string, differences: readonly Difference[]): Promise<void> {
  await tx.query(
    `insert into projection_difference (name, organization_id, id, kind, live_hash, built_hash, fields)
     select $1, "organizationId", id, kind, "liveHash", "builtHash", fields
     from jsonb_to_recordset($2) as row ("organizationId" uuid, id uuid, kind text, "liveHash" text, "builtHash" text, fields jsonb)
     on conflict (name, organization_id, id) do update
       set kind = excluded.kind, live_hash = excluded.live_hash, built_hash = excluded.built_hash, fields = excluded.fields`,
    [name, JSON.stringify(differences).replaceAll('\\u0000', '\\ufffd')],
  );
}

export async function forgetDifferences(tx: Tx, name: string, subjects: readonly Subject[]): Promise<void> {
  await tx.query(
    `delete from projection_difference
     where name = $1 and (organization_id, id) in (select * from unnest($2::uuid[], $3::uuid[]))`,
    [name, subjects.map(({ organizationId }) => organizationId), subjects.map(({ id }) => id)],
  );
}

export async function countDifferences(tx: Tx, name: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    'select count(*) as count from projection_difference where name = $1',
    [name],
  );
  return rows[0]!.count;
}

export async function knownDifferences(tx: Tx, name: string): Promise<readonly Subject[]> {
  const { rows } = await tx.query<Subject>(
    'select organization_id as "organizationId", id from projection_difference where name = $1 order by 1, 2',
    [name],
  );
  return rows;
}

/** Whether a difference is older than what the live generation may still have to read. */
export async function isLasting(tx: Tx, name: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1 from projection_difference where name = $1 and since < clock_timestamp() - interval '15 seconds' limit 1`,
    [name],
  );
  return rowCount > 0;
}

/** The differences of one organisation, in the order of their subjects, those after `after`. */
export async function listDifferences(
  tx: Tx,
  name: string,
  organizationId: string,
  after: string | undefined,
  limit: number,
): Promise<readonly Difference[]> {
  const { rows } = await tx.query<Difference>(
    `select organization_id as "organizationId", id, kind, live_hash as "liveHash", built_hash as "builtHash", fields
     from projection_difference
     where name = $1 and organization_id = $2 and ($3::uuid is null or id > $3) order by id limit $4`,
    [name, organizationId, after ?? null, limit],
  );
  return rows;
}

/** The comparison of the last rebuild of a read model; undefined where there was none yet. */
export async function comparisonOf(tx: Tx, name: string): Promise<Comparison | undefined> {
  const { rows } = await tx.query<Comparison>(
    `select live, live_version as "liveVersion", built, built_version as "builtVersion", since, total, compared, differing,
       finished_at as "finishedAt"
     from projection_comparison where name = $1`,
    [name],
  );
  return rows[0];
}
