import { isUuid } from '#libs/core';
import { type IncidentDocument } from './incidents.projection.js';

/** Columns of an incident after organization_id and id, in the order of `incidentRow`. */
export const INCIDENT_COLUMNS = `organization_id, id, foreign_id, pk, sequence, status, start_time, end_time, level, description,
  tags, source, source_id, source_type, source_incident_id, origin, acked, details_url, ticket_url, close_reason, predecessor,
  updated_at`;

/** What a query selects to have an `IncidentDocument` in its columns' names. */
export const INCIDENT_SELECT = `coalesce(foreign_id, id::text) as "incidentId", pk, status, start_time as "startTime",
  end_time as "endTime", level, description, tags, source, source_id as "sourceId", source_type as "sourceType",
  source_incident_id as "sourceIncidentId", origin, acked, status <> 'stateless' as stateful, details_url as "detailsUrl",
  ticket_url as "ticketUrl", close_reason as "closeReason", predecessor, updated_at as "updatedAt", sequence`;

/** A row in COPY's text format. What we made ourselves (ids, instants, numbers) needs no escapes. */
export function incidentRow(organizationId: string, id: string, document: IncidentDocument): string {
  const { pk, sequence, status, startTime, endTime, level, acked, updatedAt } = document;
  const { source, sourceId, sourceType, sourceIncidentId, origin } = document;
  const foreign = isUuid(document.incidentId) ? '\\N' : text(document.incidentId);
  return (
    `${organizationId}\t${id}\t${foreign}\t${pk}\t${sequence}\t${status}\t${startTime}\t${endTime ?? '\\N'}\t${level}\t` +
    `${text(document.description)}\t${text(arrayLiteral(document.tags))}\t${text(source)}\t${text(sourceId)}\t` +
    `${text(sourceType)}\t${text(sourceIncidentId)}\t${text(origin)}\t${acked ? 't' : 'f'}\t${text(document.detailsUrl)}\t` +
    `${text(document.ticketUrl)}\t${nullable(document.closeReason)}\t${nullable(document.predecessor)}\t${updatedAt}\n`
  );
}

function nullable(value: string | null): string {
  return value === null ? '\\N' : text(value);
}

const SPECIAL = /[\\\n\r\t\0]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\uFFFD',
};

/** A foreign producer's text may hold NUL, which a column cannot. */
export function text(value: string): string {
  return SPECIAL.test(value) ? value.replace(/[\\\n\r\t\0]/g, (character) => ESCAPES[character]!) : value;
}

/** JSON text holds no line break, tab or NUL, so a backslash is all that COPY would take for itself. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
}

/** PostgreSQL's text form of an array of text. */
function arrayLiteral(values: readonly string[]): string {
  if (values.length === 0) return '{}';
  const plain = values.every((value) => !/["\\]/.test(value));
  const inner = plain ? values : values.map((value) => value.replace(/["\\]/g, '\\$&'));
  return `{"${inner.join('","')}"}`;
}
