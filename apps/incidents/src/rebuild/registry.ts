import { deleteCheckpoints, type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { type Generations, processorName, tableName } from './generation.js';

const COLUMNS = `name, version, active, building, building_version as "buildingVersion",
  building_since as "buildingSince", switching, switched_at as "switchedAt", last`;

/** One process at a time changes generations; the lock ends with the transaction. */
export async function lockGenerations(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('projections'), hashtext(current_schema()))`);
}

/** As `lockGenerations`, but false where another process has it. */
export async function tryLockGenerations(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('projections'), hashtext(current_schema())) as locked`,
  );
  return rows[0]!.locked;
}

export async function allGenerations(tx: Tx): Promise<ReadonlyMap<string, Generations>> {
  const { rows } = await tx.query<Generations>(`select ${COLUMNS} from projection`);
  return new Map(rows.map((row) => [row.name, row]));
}

export async function generationsOf(tx: Tx, name: string): Promise<Generations | undefined> {
  return (await tx.query<Generations>(`select ${COLUMNS} from projection where name = $1 for update`, [name])).rows[0];
}

/** The tables and views of `models` that are not there: of the live generation, and of the one being built. */
export async function missingTables(
  tx: Tx,
  models: readonly ReadModel[],
  known: ReadonlyMap<string, Generations>,
): Promise<ReadonlySet<string>> {
  const wanted = models.flatMap(({ name, views }) => {
    const generations = known.get(name);
    if (!generations) return [];
    const { active, building } = generations;
    const numbers = building === null ? [active] : [active, building];
    return views.flatMap((view) => [view.name, ...numbers.map((number) => tableName(view.name, number))]);
  });
  const { rows } = await tx.query<{ relation: string }>(
    'select relation from unnest($1::text[]) as relation where to_regclass(relation) is null',
    [wanted],
  );
  return new Set(rows.map(({ relation }) => relation));
}

export async function createTables(tx: Tx, { views }: ReadModel, generation: number): Promise<void> {
  for (const view of views) {
    for (const statement of view.create(tableName(view.name, generation))) await tx.query(statement);
  }
}

export async function dropTables(tx: Tx, { views }: ReadModel, generation: number): Promise<void> {
  for (const view of views) await tx.query(`drop table if exists ${tableName(view.name, generation)} cascade`);
}

/** Points the views at `generation`. Queries see the old tables or the new ones, never both. */
export async function pointViews(tx: Tx, { views }: ReadModel, generation: number): Promise<void> {
  for (const { name } of views) {
    await tx.query(`drop view if exists ${name}`);
    await tx.query(`create view ${name} as select * from ${tableName(name, generation)}`);
  }
}

/** Makes a first generation, or a fresh one where tables were dropped by hand. It fills from the log. */
export async function startAfresh(tx: Tx, model: ReadModel, known: Generations | undefined): Promise<void> {
  for (let old = 1; old <= (known?.last ?? 0); old++) await dropTables(tx, model, old);
  const generation = (known?.last ?? 0) + 1;
  await createTables(tx, model, generation);
  await pointViews(tx, model, generation);
  await tx.query(
    `insert into projection (name, version, active, last) values ($1, $2, $3, $3)
     on conflict (name) do update set version = excluded.version, active = excluded.active, last = excluded.last,
       building = null, building_version = null, building_since = null, switching = false`,
    [model.name, model.version, generation],
  );
}

/** Makes the tables of the next generation, and room: of the older ones only the live one stays. */
export async function startBuilding(tx: Tx, model: ReadModel, known: Generations, now: string): Promise<void> {
  for (let old = 1; old <= known.last; old++) {
    if (old === known.active) continue;
    await dropTables(tx, model, old);
    // A process that has not noticed the last switch may still move the newest one's checkpoint.
    if (old < known.active - 1) await deleteCheckpoints(tx, processorName(model, old));
  }
  const generation = known.last + 1;
  await createTables(tx, model, generation);
  await tx.query(
    `update projection set building = $2, building_version = $3, building_since = $4, switching = false, last = $2
     where name = $1`,
    [model.name, generation, model.version, now],
  );
}

export async function markSwitching(tx: Tx, { name, building }: Generations): Promise<void> {
  await tx.query('update projection set switching = true where name = $1 and building = $2', [name, building]);
}

export async function markSwitched(tx: Tx, { name, building }: Generations, now: string): Promise<void> {
  await tx.query(
    `update projection set active = building, version = building_version, building = null, building_version = null,
       building_since = null, switching = false, switched_at = $3
     where name = $1 and building = $2`,
    [name, building, now],
  );
}
