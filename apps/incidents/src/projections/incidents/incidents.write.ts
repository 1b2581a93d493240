import { type StoreTx } from '#libs/store';
import { type IncidentDocument, type IncidentEnvelope, timelineEntryOf } from './incidents.projection.js';
import { type IncidentGroup } from './incidents.read-model.js';
import { INCIDENT_COLUMNS, INCIDENT_SELECT, incidentRow, json } from './incidents.rows.js';

/** The documents that are there, by organisation and id. */
export async function loadDocuments(
  tx: StoreTx,
  table: string,
  groups: readonly Pick<IncidentGroup, 'organizationId' | 'id'>[],
): Promise<ReadonlyMap<string, IncidentDocument>> {
  if (groups.length === 0) return new Map();
  const { rows } = await tx.query<IncidentDocument & { key: string }>(
    `select organization_id::text || id as key, ${INCIDENT_SELECT}
     from ${table} join unnest($1::uuid[], $2::uuid[]) as wanted(organization_id, id) using (organization_id, id)`,
    [groups.map(({ organizationId }) => organizationId), groups.map(({ id }) => id)],
  );
  return new Map(rows.map(({ key, ...document }) => [key, document]));
}

/** COPY: an insert per row costs three times as much (reference performance-reliability 1.0). */
export async function copyTimeline(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const sql = `copy ${table} (organization_id, id, sequence, time, recorded_at, document) from stdin`;
  await tx.copyIn(sql, timelineRows(groups));
}

export async function copyIncidents(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  await tx.copyIn(`copy ${table} (${INCIDENT_COLUMNS}) from stdin`, incidentRows(groups));
}

/** @throws Error where a row is not as it was read, which the checkpoint's fence excludes for one partition */
export async function updateIncidents(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const stage = `stage_${table}`;
  await tx.query(`create temporary table if not exists ${stage} (like ${table}) on commit delete rows`);
  await tx.copyIn(`copy pg_temp.${stage} (${INCIDENT_COLUMNS}) from stdin`, incidentRows(groups));
  await tx.query(`
    update ${table} as kept
    set sequence = new.sequence, status = new.status, start_time = new.start_time, end_time = new.end_time,
      level = new.level, description = new.description, tags = new.tags, acked = new.acked,
      details_url = new.details_url, ticket_url = new.ticket_url, close_reason = new.close_reason,
      updated_at = new.updated_at
    from pg_temp.${stage} as new
    where kept.organization_id = new.organization_id and kept.id = new.id and kept.sequence < new.sequence`);
}

function* timelineRows(groups: readonly IncidentGroup[]): Generator<string> {
  for (const { organizationId, id, events } of groups) {
    for (const event of events) yield timelineRow(organizationId, id, event);
  }
}

function timelineRow(organizationId: string, id: string, event: IncidentEnvelope): string {
  const entry = timelineEntryOf(event);
  const { sequence, time, recordedAt } = entry;
  return `${organizationId}\t${id}\t${sequence}\t${time}\t${recordedAt}\t${json(entry)}\n`;
}

function* incidentRows(groups: readonly IncidentGroup[]): Generator<string> {
  for (const { organizationId, id, after } of groups) if (after) yield incidentRow(organizationId, id, after);
}
