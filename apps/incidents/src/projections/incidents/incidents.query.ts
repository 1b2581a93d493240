import { type Instant, isUuid } from '#libs/core';
import { type Tx } from '#libs/store';
import { type IncidentDocument, type TimelineEntry } from './incidents.projection.js';
import { rowIdOf } from './incidents.read-model.js';
import { INCIDENT_SELECT } from './incidents.rows.js';

/** What a list of incidents is narrowed to; all of it has to hold. */
export interface IncidentFilter {
  readonly status?: readonly string[] | undefined;
  readonly origin?: readonly string[] | undefined;
  readonly level?: number | undefined;
  /** This level or worse (a lower number). */
  readonly minLevel?: number | undefined;
  /** `key=value`, every one of them. */
  readonly tags?: readonly string[] | undefined;
  /** Name or id of the token. */
  readonly source?: string | undefined;
  /** First and last start time. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

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

/** Incidents of an organisation by start time. */
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
  const { rows } = await tx.query<IncidentDocument & { id: string }>(
    `select ${INCIDENT_SELECT}, id from view_incident where ${conditions.join(' and ')}
     order by start_time ${order}, id ${order} limit ${given(limit)}`,
    values,
  );
  return rows.map(({ id, ...incident }) => ({ id, startTime: incident.startTime, incident }));
}

function conditionsOf(filter: IncidentFilter, given: (value: unknown) => string): string[] {
  const { status, origin, level, minLevel, tags, source, from, to } = filter;
  const conditions: string[] = [];
  // One status as a plain comparison: only so does the planner see that the index of open ones will do.
  if (status?.length === 1) conditions.push(`status = '${STATUSES.find((one) => one === status[0]) ?? ''}'`);
  else if (status) conditions.push(`status = any(${given(status)})`);
  if (origin) conditions.push(`origin = any(${given(origin)})`);
  if (level !== undefined) conditions.push(`level = ${given(level)}`);
  if (minLevel !== undefined) conditions.push(`level <= ${given(minLevel)}`);
  if (tags) conditions.push(`tags @> ${given(tags)}::text[]`);
  if (source !== undefined) {
    const named = given(source);
    conditions.push(`(source = ${named} or source_id = ${named})`);
  }
  if (from !== undefined) conditions.push(`start_time >= ${given(from)}`);
  if (to !== undefined) conditions.push(`start_time <= ${given(to)}`);
  return conditions;
}

export const STATUSES = ['open', 'closed', 'stateless'] as const;

const PK = /^[1-9]\d{0,15}$/;

/** The incident with this incidentId or pk. */
export async function findIncident(tx: Tx, organizationId: string, id: string): Promise<IncidentDocument | undefined> {
  const byPk = PK.test(id) && !isUuid(id);
  const { rows } = await tx.query<IncidentDocument>(
    `select ${INCIDENT_SELECT} from view_incident where organization_id = $1 and ${byPk ? 'pk = $2' : 'id = $2'} order by id limit 1`,
    [organizationId, byPk ? id : rowIdOf(id)],
  );
  return rows[0];
}

/** The events of an incident after `after`, in order. */
export async function findTimeline(
  tx: Tx,
  organizationId: string,
  incidentId: string,
  after: number,
  limit: number,
): Promise<readonly TimelineEntry[]> {
  const { rows } = await tx.query<{ document: string }>(
    `select document from view_timeline where organization_id = $1 and id = $2 and sequence > $3 order by sequence limit $4`,
    [organizationId, rowIdOf(incidentId), after, limit],
  );
  return rows.map(({ document }) => JSON.parse(document) as TimelineEntry);
}
