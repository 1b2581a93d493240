import { type Tx } from '#libs/store';

/** A table of a read model as the database has it. Its key begins with the organisation and the subject. */
export interface Shape {
  /** Name to type, in order. */
  readonly columns: ReadonlyMap<string, string>;
  readonly key: readonly string[];
}

/** The shapes of those of `tables` that are there. */
export async function shapesOf(tx: Tx, tables: readonly string[]): Promise<ReadonlyMap<string, Shape>> {
  const { rows } = await tx.query<{ table: string; name: string; type: string; place: number | null }>(
    `select wanted.name as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       array_position(i.indkey::smallint[], a.attnum) as place
     from unnest($1::text[]) as wanted(name)
     join pg_attribute a on a.attrelid = to_regclass(wanted.name) and a.attnum > 0 and not a.attisdropped
     left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     order by wanted.name, a.attnum`,
    [tables],
  );
  const shapes = new Map<string, { columns: Map<string, string>; key: string[] }>();
  for (const { table, name, type, place } of rows) {
    const shape = shapes.get(table) ?? { columns: new Map<string, string>(), key: [] };
    shape.columns.set(name, type);
    if (place !== null) shape.key[place] = name;
    shapes.set(table, shape);
  }
  return new Map([...shapes].map(([table, { columns, key }]) => [table, { columns, key: key.filter(Boolean) }]));
}
