import { type Instant, isUuid } from '#libs/core';
import { type Tx } from '#libs/store';
import { conditionsOf, type IncidentFilter } from './incidents.filter.js';
import { type IncidentDocument, incidentAt } from './incidents.document.js';
import {
  type AcknowledgementDocument,
  acknowledgementsOf,
  eventDocumentOf,
  type IncidentEventDocument,
  newestFirst,
} from './incidents.events.js';
import { type TimelineEntry } from './incidents.projection.js';
import { rowIdOf } from './incidents.read-model.js';
import { INCIDENT_SELECT, incidentOf, type IncidentRow } from './incidents.rows.js';

export { STATUSES } from './incidents.document.js';
export { type IncidentFilter } from './incidents.filter.js';

export interface IncidentPage {
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Start time and row id of the last one before. */
  readonly after?: readonly [Instant, string] | undefined;
}

export interface FoundIncident {
  readonly id: string;
  readonly startTime: Instant;
  readonly incident: IncidentDocument;
}

/** Incidents of an organisation by start time, as they are at `filter.now`. */
export async function findIncidents(
  tx: Tx,
  organizationId: string,
  filter: IncidentFilter,
  { order, limit, after }: IncidentPage,
): Promise<readonly FoundIncident[]> {
  const values: unknown[] = [organizationId];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['organization_id = $1', ...conditionsOf(filter, given)];
  if (after) {
    const [time, id] = [`${given(after[0])}::timestamptz`, `${given(after[1])}::uuid`];
    const beyond = order === 'desc' ? ['<=', '<'] : ['>=', '>'];
    conditions.push(`start_time ${beyond[0]} ${time}`, `(start_time, id) ${beyond[1]} (${time}, ${id})`);
  }
  const { rows } = await tx.query<IncidentRow & { id: string }>(
    `select ${INCIDENT_SELECT}, id from view_incident where ${conditions.join(' and ')}
     order by start_time ${order}, id ${order} limit ${given(limit)}`,
    values,
  );
  return rows.map(({ id, ...row }) => ({
    id,
    startTime: row.startTime,
    incident: incidentAt(incidentOf(row), filter.now),
  }));
}

export async function countIncidents(tx: Tx, organizationId: string, filter: IncidentFilter): Promise<number> {
  const values: unknown[] = [organizationId];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['organization_id = $1', ...conditionsOf(filter, given)];
  const { rows } = await tx.query<{ count: number }>(
    `select count(*) from view_incident where ${conditions.join(' and ')}`,
    values,
  );
  return rows[0]!.count;
}

const PK = /^[1-9]\d{0,15}$/;

/** The incident with this incidentId or pk, as it is at `now`. */
export async function findIncident(
  tx: Tx,
  organizationId: string,
  id: string,
  now: Instant,
): Promise<IncidentDocument | undefined> {
  const byPk = PK.test(id) && !isUuid(id);
  const { rows } = await tx.query<IncidentRow>(
    `select ${INCIDENT_SELECT} from view_incident where organization_id = $1 and ${byPk ? 'pk = $2' : 'id = $2'}
       and deleted_at is null order by id limit 1`,
    [organizationId, byPk ? id : rowIdOf(id)],
  );
  return rows[0] && incidentAt(incidentOf(rows[0]), now);
}

/** The events of an incident after `after`, in order; without `limit` all of them, without `all` no observations. */
export async function findTimeline(
  tx: Tx,
  organizationId: string,
  incidentId: string,
  after = 0,
  limit: number | null = null,
  all = true,
): Promise<readonly TimelineEntry[]> {
  const wanted = all ? '' : `and document::json ->> 'name' <> 'IncidentObserved'`;
  const { rows } = await tx.query<{ document: string }>(
    `select document from view_timeline where organization_id = $1 and id = $2 and sequence > $3 ${wanted}
     order by sequence limit $4`,
    [organizationId, rowIdOf(incidentId), after, limit],
  );
  return rows.map(({ document }) => JSON.parse(document) as TimelineEntry);
}

/** The Argus events of one incident, the newest timestamp first. */
export async function findIncidentEvents(
  tx: Tx,
  organizationId: string,
  incidentId: string,
): Promise<readonly IncidentEventDocument[]> {
  const timeline = await findTimeline(tx, organizationId, incidentId, 0, null, false);
  return newestFirst(
    timeline.flatMap((entry) => eventDocumentOf(entry) ?? []),
    (event) => event,
  );
}

/** One Argus event of an incident, by its key. */
export async function findIncidentEvent(
  tx: Tx,
  organizationId: string,
  incidentId: string,
  eventPk: number,
): Promise<IncidentEventDocument | undefined> {
  const { rows } = await tx.query<{ document: string }>(
    `select document from view_timeline where organization_id = $1 and id = $2 and event_pk = $3 order by sequence limit 1`,
    [organizationId, rowIdOf(incidentId), eventPk],
  );
  return rows[0] && eventDocumentOf(JSON.parse(rows[0].document) as TimelineEntry);
}

/** The acknowledgements of one incident, the newest first, each with the expiration that it has now. */
export async function findAcknowledgements(
  tx: Tx,
  organizationId: string,
  incidentId: string,
): Promise<readonly AcknowledgementDocument[]> {
  return acknowledgementsOf(await findTimeline(tx, organizationId, incidentId, 0, null, false));
}

export interface EventPage {
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Timestamp and event pk of the last one before. */
  readonly after?: readonly [Instant, number] | undefined;
}

/** All Argus events of an organisation by timestamp. */
export async function findEvents(
  tx: Tx,
  organizationId: string,
  { order, limit, after }: EventPage,
): Promise<readonly IncidentEventDocument[]> {
  const beyond = order === 'desc' ? ['<=', '<'] : ['>=', '>'];
  const condition = after
    ? `and time ${beyond[0]} $3::timestamptz and (time, event_pk) ${beyond[1]} ($3::timestamptz, $4::bigint)`
    : '';
  const { rows } = await tx.query<{ document: string }>(
    `select document from view_timeline where organization_id = $1 and event_pk is not null ${condition}
       and not exists (select 1 from view_incident as gone where gone.deleted_at is not null
         and gone.organization_id = $1 and gone.id = view_timeline.id)
     order by time ${order}, event_pk ${order} limit $2`,
    [organizationId, limit, ...(after ?? [])],
  );
  return rows.flatMap(({ document }) => eventDocumentOf(JSON.parse(document) as TimelineEntry) ?? []);
}
