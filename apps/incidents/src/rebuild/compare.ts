import { type Tx } from '#libs/store';
import { type ReadModel } from '../projections/read-model.js';
import { tableName } from './generation.js';
import { type Shape, shapesOf } from './shape.js';

/** What rows are about: an incident, a service, a dead letter; of an organisation. */
export interface Subject {
  readonly organizationId: string;
  readonly id: string;
}

/** Subjects in the order of their keys, after `after`, up to and with `to`; absent: from the first, to the last. */
export interface Stretch {
  readonly after?: Subject | undefined;
  readonly to?: Subject | undefined;
}

/** A view of two generations that both have it, in the columns that they share. */
export interface Pair {
  readonly view: string;
  readonly live: string;
  readonly built: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
}

/** What can be compared of two generations: all of it, but where another version made other tables. */
export async function pairsOf(tx: Tx, { views }: ReadModel, live: number, built: number): Promise<readonly Pair[]> {
  const named = views.map(({ name }) => ({ view: name, live: tableName(name, live), built: tableName(name, built) }));
  const shapes = await shapesOf(
    tx,
    named.flatMap((each) => [each.live, each.built]),
  );
  return named.flatMap((each) => {
    const [old, fresh] = [shapes.get(each.live), shapes.get(each.built)];
    if (!old || !fresh || String(old.key) !== String(fresh.key)) return [];
    return [{ ...each, key: fresh.key, columns: shared(old, fresh) }];
  });
}

function shared(a: Shape, b: Shape): string[] {
  return [...b.columns].filter(([name, type]) => a.columns.get(name) === type).map(([name]) => name);
}

/** The subjects of which the two generations hold other rows, byte for byte. */
export async function differing(
  tx: Tx,
  pairs: readonly Pair[],
  among: Stretch | readonly Subject[],
): Promise<readonly Subject[]> {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const within = conditionOf(among, given);
  const queries = pairs.map(({ live, built, key, columns }) => {
    const [, subject] = key;
    const of = (table: string): string => `(select * from ${table} where ${within(subject!)})`;
    const row = (side: string): string => `row(${columns.map((column) => `${side}.${column}`).join(', ')})`;
    return `select coalesce(l.organization_id, b.organization_id) as organization_id, coalesce(l.${subject}, b.${subject}) as id
      from ${of(live)} as l full join ${of(built)} as b on ${key.map((each) => `l.${each} = b.${each}`).join(' and ')}
      where l.${subject} is null or b.${subject} is null or record_image_ne(${row('l')}, ${row('b')})`;
  });
  const { rows } = await tx.query<Subject>(
    `select organization_id as "organizationId", id from (${queries.join(' union ')}) as other order by 1, 2`,
    values,
  );
  return rows;
}

function conditionOf(
  among: Stretch | readonly Subject[],
  given: (value: unknown) => string,
): (subject: string) => string {
  if (isList(among)) {
    const organizations = given(among.map(({ organizationId }) => organizationId));
    const ids = given(among.map(({ id }) => id));
    return (subject) =>
      `(organization_id, ${subject}) in (select * from unnest(${organizations}::uuid[], ${ids}::uuid[]))`;
  }
  const bound = (sign: string, end: Subject | undefined): ((subject: string) => string) => {
    if (!end) return () => 'true';
    const [organization, id] = [given(end.organizationId), given(end.id)];
    return (subject) => `(organization_id, ${subject}) ${sign} (${organization}::uuid, ${id}::uuid)`;
  };
  const [from, to] = [bound('>', among.after), bound('<=', among.to)];
  return (subject) => `${from(subject)} and ${to(subject)}`;
}

function isList(among: Stretch | readonly Subject[]): among is readonly Subject[] {
  return Array.isArray(among);
}

/** The last of the next `count` subjects after `after`; undefined where there are fewer. */
export async function stretchEnd(
  tx: Tx,
  { live, key }: Pair,
  after: Subject | undefined,
  count: number,
): Promise<Subject | undefined> {
  const [, subject] = key;
  const values: unknown[] = [];
  const condition = conditionOf({ after }, (value) => `$${values.push(value)}`);
  const { rows } = await tx.query<Subject>(
    `select organization_id as "organizationId", ${subject} as id from ${live} where ${condition(subject!)}
     order by organization_id, ${subject} offset ${count - 1} limit 1`,
    values,
  );
  return rows[0];
}
