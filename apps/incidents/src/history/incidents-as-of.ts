import { compareInstants, isUuid } from '#libs/core';
import { type Tx } from '#libs/store';
import { type IncidentDocument, incidentAt } from '../projections/incidents/incidents.document.js';
import { conditionsOf, type IncidentFilter } from '../projections/incidents/incidents.filter.js';
import { type TimelineEntry } from '../projections/incidents/incidents.projection.js';
import { findTimeline, type FoundIncident, type IncidentPage } from '../projections/incidents/incidents.query.js';
import { rowIdOf } from '../projections/incidents/incidents.read-model.js';
import {
  INCIDENT_SELECT,
  incidentColumns,
  incidentOf,
  type IncidentRow,
} from '../projections/incidents/incidents.rows.js';
import { candidates } from './candidates.js';
import { countsAt, pastOf } from './fold.js';
import { type Moment } from './moment.js';
import { loadTimelines } from './timelines.js';

type Found = IncidentRow & { readonly id: string };

/**
 * As `findIncidents`, at a moment. Rows that nothing was written to since are as they were; the others are folded again
 * from their timelines, and filtered by the very conditions of the live list. `filter.now` is the moment.
 */
export async function findIncidentsAsOf(
  tx: Tx,
  organizationId: string,
  filter: IncidentFilter,
  page: IncidentPage,
  moment: Moment,
): Promise<readonly FoundIncident[]> {
  const at = { ...filter, now: moment.asOf };
  const found: Found[] = [];
  let { after } = page;
  for (;;) {
    const limit = page.limit - found.length;
    const chunk = await candidates(tx, organizationId, at, { ...page, limit, after }, moment);
    const changed = chunk.filter(({ isChanged }) => isChanged);
    const kept = chunk.filter(({ isChanged }) => !isChanged);
    const folded = await asTheyWere(
      tx,
      organizationId,
      at,
      changed.map(({ id }) => id),
      moment,
    );
    found.push(...[...kept, ...folded].sort(by(page.order)));
    const last = chunk.at(-1);
    if (!last || chunk.length < limit || found.length >= page.limit) break;
    after = [last.startTime, last.id];
  }
  return found.map(({ id, ...row }) => ({
    id,
    startTime: row.startTime,
    incident: incidentAt(incidentOf(row), moment.asOf),
  }));
}

function by(order: 'asc' | 'desc'): (a: Found, b: Found) => number {
  const sign = order === 'asc' ? 1 : -1;
  return (a, b) => sign * (compareInstants(a.startTime, b.startTime) || (a.id < b.id ? -1 : 1));
}

/** Incidents as they were, those that the filter lets through. The database makes rows of them, as it does of live ones. */
async function asTheyWere(
  tx: Tx,
  organizationId: string,
  filter: IncidentFilter,
  ids: readonly string[],
  moment: Moment,
): Promise<readonly Found[]> {
  const timelines = await loadTimelines(tx, organizationId, ids, moment);
  const rows = [...timelines].flatMap(([id, timeline]) => {
    const past = pastOf(timeline, moment);
    return past ? [incidentColumns(organizationId, id, past.incident, past)] : [];
  });
  if (rows.length === 0) return [];
  const values: unknown[] = [JSON.stringify(rows).replaceAll('\\u0000', '\\ufffd')];
  const conditions = conditionsOf(filter, (value) => `$${values.push(value)}`);
  const { rows: found } = await tx.query<Found>(
    `select ${INCIDENT_SELECT}, id from json_populate_recordset(null::view_incident, $1) as view_incident
     where ${['true', ...conditions].join(' and ')}`,
    values,
  );
  return found;
}

const PK = /^[1-9]\d{0,15}$/;

/** As `findIncident`, at a moment: undefined where it was not known then, or had not begun. */
export async function findIncidentAsOf(
  tx: Tx,
  organizationId: string,
  id: string,
  moment: Moment,
): Promise<IncidentDocument | undefined> {
  const byPk = PK.test(id) && !isUuid(id);
  const { rows } = await tx.query<{ id: string }>(
    `select id from view_incident where organization_id = $1 and ${byPk ? 'pk = $2' : 'id = $2'} order by id limit 1`,
    [organizationId, byPk ? id : rowIdOf(id)],
  );
  if (!rows[0]) return undefined;
  const [found] = await asTheyWere(tx, organizationId, { now: moment.asOf }, [rows[0].id], moment);
  return found && incidentAt(incidentOf(found), moment.asOf);
}

/** As `findTimeline`, at a moment. */
export async function findTimelineAsOf(
  tx: Tx,
  organizationId: string,
  incidentId: string,
  after: number,
  limit: number,
  moment: Moment,
  all = true,
): Promise<readonly TimelineEntry[]> {
  const found: TimelineEntry[] = [];
  for (let from = after; ;) {
    const entries = await findTimeline(tx, organizationId, incidentId, from, limit, all);
    found.push(...entries.filter((entry) => countsAt(entry, moment)));
    const last = entries.at(-1);
    if (!last || entries.length < limit || found.length >= limit) return found.slice(0, limit);
    from = last.sequence;
  }
}
