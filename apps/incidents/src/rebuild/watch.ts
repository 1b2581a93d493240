import { type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { tableName } from './generation.js';
import { shapesOf } from './shape.js';

const EVENTS = { insert: 'new', update: 'new', delete: 'old' } as const;

/** From the commit on, every subject of which a row of `generation` is written is noted. Waits for writers, not for readers. */
export async function watch(tx: Tx, model: ReadModel, generation: number): Promise<void> {
  for (const [table, subject] of await tablesOf(tx, model, generation)) {
    for (const [event, state] of Object.entries(EVENTS)) {
      await tx.query(
        `create or replace trigger touched_by_${event} after ${event} on ${table} referencing ${state} table as touched
         for each statement execute function note_touched('${model.name}', '${generation}', '${subject}')`,
      );
      await tx.query(`alter table ${table} enable trigger touched_by_${event}`);
    }
  }
}

/** Ends `watch`. Disabled, not dropped: readers do not wait for that. */
export async function unwatch(tx: Tx, model: ReadModel, generation: number): Promise<void> {
  const tables = [...(await tablesOf(tx, model, generation)).keys()];
  const { rows } = await tx.query<{ relation: string; trigger: string }>(
    `select wanted.name as relation, t.tgname as trigger from unnest($1::text[]) as wanted(name)
     join pg_trigger t on t.tgrelid = to_regclass(wanted.name) and t.tgname like 'touched\\_by\\_%' and t.tgenabled <> 'D'`,
    [tables],
  );
  for (const { relation, trigger } of rows) await tx.query(`alter table ${relation} disable trigger ${trigger}`);
}

/** The tables of a generation that are there, and the column of the subject in each. */
async function tablesOf(tx: Tx, { views }: ReadModel, generation: number): Promise<ReadonlyMap<string, string>> {
  const shapes = await shapesOf(
    tx,
    views.map(({ name }) => tableName(name, generation)),
  );
  return new Map([...shapes].map(([table, { key }]) => [table, key[1]!]));
}
