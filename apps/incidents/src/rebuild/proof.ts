import { crashpoint, type Instant } from '#libs/core';
import { type Store, type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { differing, type Pair, pairsOf, stretchEnd, type Subject } from './compare.js';
import {
  countDifferences,
  describeDifferences,
  forgetDifferences,
  knownDifferences,
  MOST,
  saveDifferences,
} from './differences.js';
import { compareDigests } from './digest.js';
import { type Generations, tableName } from './generation.js';
import { unwatch, watch } from './watch.js';

/** Subjects that one step compares: tens of milliseconds. */
const STRETCH = 2_000;
/** Subjects that a switch may look at once more while it holds the live generation. */
const FEW = 500;

interface Place {
  readonly live: number;
  readonly built: number;
  readonly after: Subject | undefined;
  readonly walked: boolean;
}

type Built = Generations & { readonly building: number };

/**
 * One step of comparing the generation that was built with the live one. Both go on meanwhile: what is written to either
 * is noted and looked at again. Answers whether what is left is little enough for the switch itself (`conclude`).
 * Whoever comes back after a crash goes on where the last step ended; a second process leaves it to the first.
 */
export async function compareStep(store: Store, model: ReadModel, known: Built, now: Instant): Promise<boolean> {
  return store.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = '1s'`);
    if (!(await tryLock(tx, model))) return false;
    const place = await placeOf(tx, model.name);
    if (place?.built !== known.building || place.live !== known.active) {
      await begin(tx, model, known, now);
      return false;
    }
    const pairs = await pairsOf(tx, model, known.active, known.building);
    if (!place.walked) await walk(tx, model, pairs, place);
    else if ((await countTouched(tx, model.name)) <= FEW) return true;
    else await recheck(tx, model, pairs, STRETCH);
    crashpoint('rebuild.comparing');
    return false;
  });
}

/**
 * Looks once more at all that may differ, in the transaction of the switch, when neither generation is written to.
 * Answers how many subjects differ; undefined where more had differed for a while than were kept to be looked at again:
 * then all are compared once more.
 */
export async function conclude(tx: Tx, model: ReadModel, known: Built): Promise<number | undefined> {
  const pairs = await pairsOf(tx, model, known.active, known.building);
  await recheck(tx, model, pairs, Number.MAX_SAFE_INTEGER);
  const { rows } = await tx.query<{ differing: number }>(
    'select differing from projection_comparison where name = $1',
    [model.name],
  );
  const counted = rows[0]?.differing ?? 0;
  const kept = await countDifferences(tx, model.name);
  if (counted <= kept || kept >= MOST) return counted;
  await tx.query(
    `update projection_comparison set walked = false, compared = 0, differing = $2, last_organization = null, last_id = null
     where name = $1`,
    [model.name, kept],
  );
  return undefined;
}

export async function finishComparison(tx: Tx, { name }: ReadModel, now: Instant): Promise<void> {
  await tx.query('update projection_comparison set finished_at = $2 where name = $1', [name, now]);
}

/** Stops noting what is written, once nobody needs to know. */
export async function endWatch(tx: Tx, model: ReadModel): Promise<void> {
  const { rows } = await tx.query<{ live: number; built: number }>(
    `update projection_comparison set watching = false where name = $1 and watching and finished_at is not null
     returning live, built`,
    [model.name],
  );
  for (const { live, built } of rows) {
    await unwatch(tx, model, live);
    await unwatch(tx, model, built);
    await tx.query('delete from projection_touched where name = $1', [model.name]);
  }
}

/** One process at a time compares the generations of a read model. */
async function tryLock(tx: Tx, { name }: ReadModel): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('comparing ' || $1), hashtext(current_schema())) as locked`,
    [name],
  );
  return rows[0]!.locked;
}

async function placeOf(tx: Tx, name: string): Promise<Place | undefined> {
  const { rows } = await tx.query<Place & { organizationId: string | null; id: string }>(
    `select live, built, last_organization as "organizationId", last_id as id, walked
     from projection_comparison where name = $1`,
    [name],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { live, built, walked, organizationId, id } = row;
  return { live, built, walked, after: organizationId === null ? undefined : { organizationId, id } };
}

async function begin(tx: Tx, model: ReadModel, known: Built, now: Instant): Promise<void> {
  const { name } = model;
  await gatherStatistics(tx, model, known.building);
  const [first] = await pairsOf(tx, model, known.active, known.building);
  const total = first ? await countRows(tx, first.live) : 0;
  // Last, since whoever writes waits from here on.
  await watch(tx, model, known.building);
  await watch(tx, model, known.active);
  await tx.query('delete from projection_touched where name = $1', [name]);
  await tx.query('delete from projection_difference where name = $1', [name]);
  await tx.query(
    `insert into projection_comparison (name, live, live_version, built, built_version, since, total)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (name) do update set live = excluded.live, live_version = excluded.live_version, built = excluded.built,
       built_version = excluded.built_version, since = excluded.since, total = excluded.total, compared = 0, differing = 0,
       last_organization = null, last_id = null, walked = false, watching = true, finished_at = null`,
    [name, known.active, known.version, known.building, known.buildingVersion, now, total],
  );
}

/**
 * The planner knows nothing of tables that were filled just now: each step of the comparison would read them whole, and so
 * would the first queries after the switch.
 */
async function gatherStatistics(tx: Tx, { views }: ReadModel, generation: number): Promise<void> {
  for (const { name } of views) await tx.query(`analyze (skip_locked) ${tableName(name, generation)}`);
}

async function countRows(tx: Tx, table: string): Promise<number> {
  return (await tx.query<{ count: number }>(`select count(*) as count from ${table}`)).rows[0]!.count;
}

async function walk(tx: Tx, model: ReadModel, pairs: readonly Pair[], { live, after }: Place): Promise<void> {
  const [first] = pairs;
  const to = first && (await stretchEnd(tx, first, after, STRETCH));
  // Many are compared all at once, and one by one where that tells of differences.
  if (to && !after && (await compareDigests(tx, model.name, live, pairs))) return moveOn(tx, model, 0, undefined);
  const found = first ? await differing(tx, pairs, { after, to }) : [];
  const room = Math.max(0, MOST - (await countDifferences(tx, model.name)));
  await keep(tx, model, pairs, found.slice(0, room));
  await moveOn(tx, model, found.length, to);
}

/** Notes what was compared: up to and with `to`; absent: all. */
async function moveOn(tx: Tx, { name }: ReadModel, differing: number, to: Subject | undefined): Promise<void> {
  await tx.query(
    `update projection_comparison set compared = ${to ? 'compared + $2' : 'greatest(total, $2)'}, differing = differing + $3,
       last_organization = $4, last_id = $5, walked = $6 where name = $1`,
    [name, to ? STRETCH : 0, differing, to?.organizationId ?? null, to?.id ?? null, to === undefined],
  );
}

/** Compares again what was found to differ and what was written to since, at most `count` of that. */
async function recheck(tx: Tx, model: ReadModel, pairs: readonly Pair[], count: number): Promise<void> {
  const known = await knownDifferences(tx, model.name);
  const touched = await takeTouched(tx, model.name, count);
  const subjects = [...new Map([...known, ...touched].map((one) => [one.organizationId + one.id, one])).values()];
  if (subjects.length === 0) return;
  const differ = pairs.length === 0 ? [] : await differing(tx, pairs, subjects);
  const other = new Set(differ.map(({ organizationId, id }) => organizationId + id));
  const same = known.filter(({ organizationId, id }) => !other.has(organizationId + id));
  const before = new Set(known.map(({ organizationId, id }) => organizationId + id));
  const fresh = differ.filter(({ organizationId, id }) => !before.has(organizationId + id));
  await forgetDifferences(tx, model.name, same);
  await keep(tx, model, pairs, differ.slice(0, MOST));
  await tx.query('update projection_comparison set differing = greatest(differing + $2, $3) where name = $1', [
    model.name,
    fresh.length - same.length,
    differ.length,
  ]);
}

async function keep(tx: Tx, model: ReadModel, pairs: readonly Pair[], subjects: readonly Subject[]): Promise<void> {
  if (subjects.length === 0) return;
  await saveDifferences(tx, model.name, await describeDifferences(tx, pairs, subjects));
}

async function countTouched(tx: Tx, name: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*) as count from (select 1 from projection_touched where name = $1 limit ${FEW + 1}) as touched`,
    [name],
  );
  return rows[0]!.count;
}

async function takeTouched(tx: Tx, name: string, count: number): Promise<readonly Subject[]> {
  const { rows } = await tx.query<Subject>(
    `delete from projection_touched as touched
     using (select organization_id, id from projection_touched where name = $1
            group by organization_id, id order by organization_id, id limit $2) as taken
     where touched.name = $1 and touched.organization_id = taken.organization_id and touched.id = taken.id
     returning touched.organization_id as "organizationId", touched.id`,
    [name, count],
  );
  return rows;
}
