import { deleteCheckpoints, type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { type Generations, processorName, tableName } from './generation.js';

const COLUMNS = `name, version, active, building, building_version as "buildingVersion",
  building_since as "buildingSince", switching, switched_at as "switchedAt",
  previous, previous_version as "previousVersion", mode, held, last`;

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

/** Whether every table of a generation is there. */
export async function tablesAreThere(tx: Tx, { views }: ReadModel, generation: number): Promise<boolean> {
  const { rows } = await tx.query<{ whole: boolean }>(
    'select bool_and(to_regclass(wanted) is not null) as whole from unnest($1::text[]) as wanted',
    [views.map(({ name }) => tableName(name, generation))],
  );
  return rows[0]!.whole;
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
       building = null, building_version = null, building_since = null, switching = false, previous = null,
       previous_version = null, mode = 'checked', held = false`,
    [model.name, model.version, generation],
  );
}

/** Makes the tables of the next generation, and room: of the older ones only the live one stays. */
export async function startBuilding(
  tx: Tx,
  model: ReadModel,
  known: Generations,
  now: string,
  mode: 'checked' | 'forced' = 'checked',
): Promise<void> {
  for (let old = 1; old <= known.last; old++) {
    if (old === known.active) continue;
    await dropTables(tx, model, old);
    // A process that has not noticed yet may still move the checkpoints of these.
    if (old !== known.previous && old !== known.building) await deleteCheckpoints(tx, processorName(model, old));
  }
  const generation = known.last + 1;
  await createTables(tx, model, generation);
  await tx.query(
    `update projection set building = $2, building_version = $3, building_since = $4, switching = false, last = $2,
       previous = null, previous_version = null, mode = $5, held = false
     where name = $1`,
    [model.name, generation, model.version, now, mode],
  );
}

/** Has the generation that was live before catch up, so that it can take over again. */
export async function startBack(tx: Tx, { name }: ReadModel, now: string): Promise<void> {
  await tx.query(
    `update projection set building = previous, building_version = previous_version, building_since = $2, switching = false,
       previous = null, previous_version = null, mode = 'back', held = false
     where name = $1`,
    [name, now],
  );
}

/** Lets a generation that differs take over. */
export async function force(tx: Tx, { name }: ReadModel): Promise<void> {
  await tx.query(`update projection set mode = 'forced', held = false where name = $1`, [name]);
}

/** Built and different: it waits to be forced. */
export async function hold(tx: Tx, { name }: ReadModel): Promise<void> {
  await tx.query('update projection set held = true, switching = false where name = $1', [name]);
}

export async function markSwitching(tx: Tx, { name, building }: Generations): Promise<void> {
  await tx.query('update projection set switching = true where name = $1 and building = $2', [name, building]);
}

export async function markSwitched(tx: Tx, { name, building }: Generations, now: string): Promise<void> {
  await tx.query(
    `update projection set previous = active, previous_version = version, active = building, version = building_version,
       building = null, building_version = null, building_since = null, switching = false, held = false, switched_at = $3
     where name = $1 and building = $2`,
    [name, building, now],
  );
}
