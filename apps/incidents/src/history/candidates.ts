import { type Tx } from '#libs/store';
import { conditionsOf, type IncidentFilter } from '../projections/incidents/incidents.filter.js';
import { type IncidentPage } from '../projections/incidents/incidents.query.js';
import { INCIDENT_SELECT, type IncidentRow } from '../projections/incidents/incidents.rows.js';
import { LIVED, SPANS } from '../projections/incidents/incidents.views.js';
import { type Moment } from './moment.js';

/** An incident that may belong to the list of a moment. */
export interface Candidate extends IncidentRow {
  readonly id: string;
  /** Something counts today that did not count then: its row says nothing of how it was. */
  readonly isChanged: boolean;
}

/** What an incident keeps for ever. */
function lasting(filter: IncidentFilter): IncidentFilter {
  const { now, origin, source, sourcePks, sourceNames, sourceTypes, sourceIncidentId, from, to } = filter;
  const { stateful, endIsNull, pks } = filter;
  const named = { withDeleted: true, source, sourcePks, sourceNames, sourceTypes, sourceIncidentId };
  return { now, origin, from, to, stateful, endIsNull, pks, ...named };
}

type Given = (value: unknown) => string;

/** Rows that an ordered scan looks at before one by index is tried instead. */
const GLANCE = 5_000;

/**
 * The next incidents, in the order of a list, that the list of the moment may hold: those whose rows are as they were and
 * fit the filter, and those that have changed since and fit what never changes. An ordered scan stops when the page is
 * full. Where only open ones are wanted and it does not fill soon, those are looked up that were there at the moment.
 */
export async function candidates(
  tx: Tx,
  organizationId: string,
  filter: IncidentFilter,
  page: IncidentPage,
  moment: Moment,
): Promise<readonly Candidate[]> {
  if (!isNarrow(filter) || moment.known === 'now') return select(tx, organizationId, filter, page, moment);
  const seen = await select(tx, organizationId, filter, page, moment, 'glance');
  if (seen.length >= page.limit) return seen;
  return select(tx, organizationId, filter, page, moment, 'lived');
}

/** Only open ones: few of all that there are. */
function isNarrow({ open, status }: IncidentFilter): boolean {
  return open === true || (status?.length === 1 && status[0] === 'open');
}

async function select(
  tx: Tx,
  organizationId: string,
  filter: IncidentFilter,
  page: IncidentPage,
  moment: Moment,
  how: 'ordered' | 'glance' | 'lived' = 'ordered',
): Promise<readonly Candidate[]> {
  const values: unknown[] = [organizationId];
  const given: Given = (value) => `$${values.push(value)}`;
  const asOf = `${given(moment.asOf)}::timestamptz`;
  const { order } = page;
  const sorted = (limit: string): string => `order by start_time ${order}, id ${order} limit ${limit}`;
  const inOrder = orderOf(page, given);
  const fits = [...inOrder, fitting(filter, moment, asOf, given)];
  const limit = given(page.limit);
  const columns = `${INCIDENT_SELECT}, id, ${changedSince(moment, asOf)} as "isChanged"`;
  const parts = relations(moment, asOf, how, { inOrder, sorted }).map(
    (relation) => `(select ${columns}, start_time as at from ${relation} where ${fits.join(' and ')} ${sorted(limit)})`,
  );
  const { rows } = await tx.query<Candidate & { at: string }>(
    `select * from (${parts.join(' union all ')}) as candidate order by at ${order}, id ${order} limit ${limit}`,
    values,
  );
  return rows.map(({ at: _at, ...row }) => row);
}

function orderOf({ order, after }: IncidentPage, given: Given): readonly string[] {
  if (!after) return ['organization_id = $1'];
  const [time, id] = [`${given(after[0])}::timestamptz`, `${given(after[1])}::uuid`];
  const beyond = order === 'desc' ? ['<=', '<'] : ['>=', '>'];
  return ['organization_id = $1', `start_time ${beyond[0]} ${time}`, `(start_time, id) ${beyond[1]} (${time}, ${id})`];
}

function changedSince({ known }: Moment, asOf: string): string {
  return known === 'at' ? `updated_at > ${asOf}` : `(happened_at > ${asOf})`;
}

function fitting(filter: IncidentFilter, moment: Moment, asOf: string, given: Given): string {
  const always = ['true', ...conditionsOf(lasting(filter), given)].join(' and ');
  const unchanged = ['true', ...conditionsOf(filter, given)].join(' and ');
  return `(${always}) and (${changedSince(moment, asOf)} or (${unchanged}))`;
}

/**
 * Where candidates lie. What was known at a moment had mostly begun by then, so the scan by start begins there; those few
 * that were known before they began are a part of their own.
 */
function relations(
  { known }: Moment,
  asOf: string,
  how: 'ordered' | 'glance' | 'lived',
  { inOrder, sorted }: { inOrder: readonly string[]; sorted: (limit: string) => string },
): readonly string[] {
  const where = (...conditions: string[]): string =>
    `(select * from view_incident where ${[...inOrder, ...conditions].join(' and ')})`;
  if (known === 'now') return [`${where(`start_time <= ${asOf}`)} as begun`];
  const isKnown = `opened_at <= ${asOf}`;
  const ahead = `${where(`start_time > ${asOf}`, 'start_time > opened_at', isKnown)} as ahead`;
  if (how === 'lived') {
    return [
      ahead,
      `${where(`start_time <= ${asOf}`, isKnown, 'end_time > updated_at')} as lasting`,
      ...livedAt(asOf).map(
        (span, n) => `${where(`start_time <= ${asOf}`, 'end_time <= updated_at', span)} as lived_${n}`,
      ),
    ];
  }
  const begun = where(`start_time <= ${asOf}`, isKnown);
  return [
    ahead,
    how === 'ordered' ? `${begun} as begun` : `(select * from ${begun} as begun ${sorted(String(GLANCE))}) as begun`,
  ];
}

/** Those that were over later, by how long they lasted: of each kind only what can still have been there. */
function livedAt(asOf: string): readonly string[] {
  return [...SPANS, Infinity].map((span, bucket) => {
    const since = span === Infinity ? '' : ` and opened_at > ${asOf} - interval '${span} seconds'`;
    return `${LIVED} = ${bucket} and opened_at <= ${asOf} and updated_at > ${asOf}${since}`;
  });
}
