import { type Tx } from '#libs/store';
import { type EventReadModel, type ReadModel, type TableOf } from '../projections/read-model.js';
import { tablesOf } from './generation.js';

const LOCK = `hashtext('projection-writers'), hashtext(current_schema() || '/' || $1)`;

/**
 * The tables of the live generation, for a transaction that writes what it decides into the read model as well. Until it
 * ends no other generation takes over. Undefined where the live one was made by another version of the code: the log will
 * bring it to the next one. Called before the transaction locks anything else.
 */
export async function liveTables(tx: Tx, { name, version }: ReadModel): Promise<TableOf | undefined> {
  // Apart from the look at the generations, which has to see what was there when the lock was held.
  await tx.query(`select pg_advisory_xact_lock_shared(${LOCK})`, [name]);
  const { rows } = await tx.query<{ active: number; version: number }>(
    'select active, version from projection where name = $1',
    [name],
  );
  const live = rows[0];
  return live?.version === version ? tablesOf(live.active) : undefined;
}

/** Waits for the transactions that write into the live generation, and holds others off until this one ends. */
export async function holdWriters(tx: Tx, { name }: Pick<ReadModel, 'name'>): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${LOCK})`, [name]);
}

/** Whether transactions that decide write into the read model as well. */
export function isInline(model: ReadModel): model is EventReadModel {
  return model.from === 'events' && model.isInline === true;
}

/** Whether nothing that the read model is folded from waits to be published. */
export async function isPublished(tx: Tx, model: EventReadModel): Promise<boolean> {
  const { rowCount } = await tx.query(`select 1 from outbox where headers ->> 'name' = any($1) limit 1`, [
    [...model.handles],
  ]);
  return rowCount === 0;
}
