import { copyRow, type StoreTx } from '#libs/store';
import { type IncidentDocument, type IncidentEnvelope, timelineEntryOf } from './incidents.projection.js';
import { type IncidentGroup } from './incidents.read-model.js';

const COLUMNS =
  'organization_id, id, pk, sequence, status, start_time, end_time, level, origin, source_id, source, tags, document';

/** The documents that are there, by organisation and id. */
export async function loadDocuments(
  tx: StoreTx,
  table: string,
  groups: readonly Pick<IncidentGroup, 'organizationId' | 'id'>[],
): Promise<ReadonlyMap<string, IncidentDocument>> {
  if (groups.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; document: string }>(
    `select organization_id::text || id as key, document
     from ${table} join unnest($1::uuid[], $2::uuid[]) as wanted(organization_id, id) using (organization_id, id)`,
    [groups.map(({ organizationId }) => organizationId), groups.map(({ id }) => id)],
  );
  return new Map(rows.map(({ key, document }) => [key, JSON.parse(document) as IncidentDocument]));
}

/** COPY: an insert per row costs three times as much (reference performance-reliability 1.0). */
export async function copyTimeline(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const sql = `copy ${table} (organization_id, id, sequence, time, recorded_at, document) from stdin`;
  await tx.copyIn(sql, timelineRows(groups));
}

export async function copyIncidents(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  await tx.copyIn(`copy ${table} (${COLUMNS}) from stdin`, groups.map(incidentRow));
}

/** @throws Error where a row is not as it was read, which the checkpoint's fence excludes for one partition */
export async function updateIncidents(tx: StoreTx, table: string, groups: readonly IncidentGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const stage = `stage_${table}`;
  await tx.query(`create temporary table if not exists ${stage} (like ${table}) on commit delete rows`);
  await tx.copyIn(`copy pg_temp.${stage} (${COLUMNS}) from stdin`, groups.map(incidentRow));
  await tx.query(`
    update ${table} as kept
    set sequence = new.sequence, status = new.status, start_time = new.start_time, end_time = new.end_time,
      level = new.level, tags = new.tags, document = new.document
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
  return copyRow([organizationId, id, entry.sequence, entry.time, entry.recordedAt, JSON.stringify(entry)]);
}

function incidentRow({ organizationId, id, after }: IncidentGroup): string {
  const document = after!;
  const { pk, sequence, status, startTime, endTime, level, origin, sourceId, source, tags } = document;
  return copyRow([
    organizationId,
    id,
    pk,
    sequence,
    status,
    startTime,
    endTime,
    level,
    storable(origin),
    storable(sourceId),
    storable(source),
    arrayLiteral(tags),
    JSON.stringify(document),
  ]);
}

/** PostgreSQL's text form of an array of text. */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${storable(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** A foreign producer's text may hold NUL, which a column cannot; JSON text escapes it. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
