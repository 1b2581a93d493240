import { laterOf } from '#libs/core';
import { type StoreTx } from '#libs/store';
import { type Incident } from '../../incident/incident.js';
import { eventPkOf } from './incidents.events.js';
import { type IncidentEnvelope, timelineEntryOf } from './incidents.projection.js';
import { type IncidentGroup } from './incidents.read-model.js';
import {
  INCIDENT_COLUMNS,
  INCIDENT_SELECT,
  incidentOf,
  incidentRow,
  type IncidentRow,
  json,
  type Said,
} from './incidents.rows.js';

type Named = Pick<IncidentGroup, 'organizationId' | 'id'>;

/** The incidents that are there, by organisation and id. */
export async function loadIncidents(
  tx: StoreTx,
  table: string,
  groups: readonly Named[],
): Promise<ReadonlyMap<string, Incident>> {
  if (groups.length === 0) return new Map();
  const { rows } = await tx.query<IncidentRow & { key: string }>(
    `select organization_id::text || id as key, ${INCIDENT_SELECT}
     from ${table} join unnest($1::uuid[], $2::uuid[]) as wanted(organization_id, id) using (organization_id, id)`,
    [groups.map(({ organizationId }) => organizationId), groups.map(({ id }) => id)],
  );
  return new Map(rows.map(({ key, ...row }) => [key, incidentOf(row)]));
}

/** Organisation, id and sequence, in one text, of those events of the groups that have a row. */
export async function knownEvents(
  tx: StoreTx,
  table: string,
  groups: readonly IncidentGroup[],
): Promise<ReadonlySet<string>> {
  const asked = groups.flatMap(({ organizationId, id, events }) =>
    events.map(({ payload }) => ({ organizationId, id, sequence: payload.sequence })),
  );
  const { rows } = await tx.query<{ key: string }>(
    `select organization_id::text || id || sequence as key
     from ${table} join unnest($1::uuid[], $2::uuid[], $3::integer[]) as wanted(organization_id, id, sequence)
       using (organization_id, id, sequence)`,
    [asked.map((one) => one.organizationId), asked.map(({ id }) => id), asked.map(({ sequence }) => sequence)],
  );
  return new Set(rows.map(({ key }) => key));
}

/** COPY: an insert per row costs three times as much (reference performance-reliability 1.0). */
export async function copyTimeline(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.every(({ events }) => events.length === 0)) return;
  const sql = `copy ${table} (organization_id, id, sequence, time, recorded_at, event_pk, document) from stdin`;
  await tx.copyIn(sql, timelineRows(groups));
}

export async function copyIncidents(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  await tx.copyIn(`copy ${table} (${INCIDENT_COLUMNS}) from stdin`, incidentRows(groups));
}

/** Most that is kept of what the events of one incident said, characters, for searching. */
const MAX_SEARCH = 1_000_000;

/** Rows that know more than what is written keep it, but for what the events said. In order of id, so that no two writers wait for each other. */
export async function updateIncidents(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const stage = `stage_${table}`;
  await tx.query(`create temporary table if not exists ${stage} (like ${table}) on commit delete rows`);
  await tx.copyIn(`copy pg_temp.${stage} (${INCIDENT_COLUMNS}) from stdin`, incidentRows(groups));
  await tx.query(updateOf(table, `pg_temp.${stage}`));
}

/** Columns that may change after an incident was opened, but for `search` and `happened_at`. */
export const UPDATED = [
  'sequence',
  'end_time',
  'level',
  'description',
  'tags',
  'tags_by',
  'tags_added',
  'acks',
  'acked_until',
  'details_url',
  'ticket_url',
  'metadata',
  'close_reason',
  'updated_at',
  'deleted_at',
];

function updateOf(table: string, stage: string): string {
  const columns = UPDATED.map((column) => `${column} = new.${column}`).join(', ');
  const search = `search = case when new.search = '' then kept.search else left(kept.search || new.search, ${MAX_SEARCH}) end`;
  const happened = 'happened_at = greatest(kept.happened_at, new.happened_at)';
  return `update ${table} as kept set ${columns}, ${happened}, ${search} from ${stage} as new
    where kept.organization_id = new.organization_id and kept.id = new.id`;
}

function* timelineRows(groups: readonly IncidentGroup[]): Generator<string> {
  for (const { organizationId, id, events } of groups) {
    for (const event of events) yield timelineRow(organizationId, id, event);
  }
}

function timelineRow(organizationId: string, id: string, event: IncidentEnvelope): string {
  const entry = timelineEntryOf(event);
  const { sequence, time, recordedAt } = entry;
  const eventPk = eventPkOf(event) ?? '\\N';
  return `${organizationId}\t${id}\t${sequence}\t${time}\t${recordedAt}\t${eventPk}\t${json(entry)}\n`;
}

function* incidentRows(groups: readonly IncidentGroup[]): Generator<string> {
  for (const { organizationId, id, events, after } of groups) {
    if (after) yield incidentRow(organizationId, id, after, saidOf(events));
  }
}

/** What the events said beyond the incident's own description, and when the latest of it happened. */
export function saidOf(events: readonly IncidentEnvelope[]): Said {
  let said = '';
  let happenedAt = events[0]!.metadata.time;
  for (const { name, payload, metadata } of events) {
    if (isRemark(name) && payload.description) said += `\n${payload.description}`;
    happenedAt = laterOf(happenedAt, metadata.time);
  }
  return { said, happenedAt };
}

/** What opens an incident and what its issue shows is its own description. */
export function isRemark(name: string): boolean {
  return name !== 'IncidentOpened' && name !== 'IncidentObserved' && name !== 'IncidentDeleted';
}
