import { type Instant, isUuid } from '#libs/core';
import { type Acknowledgement, type Incident, type Json, type Tag } from '../../incident/incident.js';
import { ackedUntil } from '../../incident/incident.moment.js';

/** Columns of an incident, in the order of `incidentRow`. */
export const INCIDENT_COLUMNS = `organization_id, id, foreign_id, pk, sequence, stateful, start_time, end_time, level, description,
  tags, tags_by, tags_added, source, source_id, source_type, source_pk, source_incident_id, origin, acks, acked_until,
  details_url, ticket_url, metadata, close_reason, predecessor, opened_at, updated_at, happened_at, search,
  deleted_at`;

/** What a query selects to have an `IncidentRow`. */
export const INCIDENT_SELECT = `coalesce(foreign_id, id::text) as "incidentId", pk, sequence, stateful, start_time as "startTime",
  nullif(end_time, 'infinity') as "endTime", level, description, tags, tags_by as "tagsBy", tags_added as "tagsAdded", source,
  source_id as "sourceId", source_type as "sourceType", source_pk as "sourcePk", source_incident_id as "sourceIncidentId",
  origin, acks, details_url as "detailsUrl", ticket_url as "ticketUrl", metadata, close_reason as "closeReason", predecessor,
  opened_at as "openedAt", updated_at as "updatedAt",
  deleted_at as "deletedAt"`;

export interface IncidentRow {
  readonly incidentId: string;
  readonly pk: number;
  readonly sequence: number;
  readonly stateful: boolean;
  readonly startTime: Instant;
  readonly endTime: Instant | null;
  readonly level: number;
  readonly description: string;
  readonly tags: readonly string[];
  readonly tagsBy: number | null;
  readonly tagsAdded: Readonly<Record<string, readonly [number | null, Instant]>> | null;
  readonly source: string;
  readonly sourceId: string;
  readonly sourceType: string;
  readonly sourcePk: number | null;
  readonly sourceIncidentId: string;
  readonly origin: string;
  readonly acks: readonly Acknowledgement[] | null;
  readonly detailsUrl: string;
  readonly ticketUrl: string;
  readonly metadata: Json | null;
  readonly closeReason: string | null;
  readonly predecessor: string | null;
  readonly openedAt: Instant;
  readonly updatedAt: Instant;
  readonly deletedAt: Instant | null;
}

/** The incident of a row. What only its rules remember (`latest`, `recent`) is not kept in rows. */
export function incidentOf(row: IncidentRow): Incident {
  const { endTime, tags, tagsBy, tagsAdded, source, sourceId, sourceType, sourcePk, acks, metadata, ...rest } = row;
  const { closeReason, predecessor, deletedAt, ...kept } = rest;
  return {
    ...kept,
    ...(endTime === null ? {} : { endTime }),
    ...(closeReason === null ? {} : { closeReason }),
    ...(predecessor === null ? {} : { predecessor }),
    ...(deletedAt === null ? {} : { deletedAt }),
    tags: tags.map((tag) =>
      taggedBy(tag, tagsAdded !== null && Object.hasOwn(tagsAdded, tag) ? tagsAdded[tag]! : [tagsBy, row.openedAt]),
    ),
    source: { id: sourceId, ...(sourcePk === null ? {} : { pk: sourcePk }), name: source, type: sourceType },
    metadata: metadata ?? {},
    acks: acks ?? [],
    latest: row.openedAt,
    recent: [],
  };
}

function taggedBy(tag: string, [addedBy, addedTime]: readonly [number | null, Instant]): Tag {
  return { tag, addedBy, addedTime };
}

/** What the events of an incident say beside what they make of it. */
export interface Said {
  /** A line each. */
  readonly said: string;
  /** When the latest thing happened. */
  readonly happenedAt: Instant;
}

/** The columns of a row by name, with values that JSON can hold. */
export function incidentColumns(organizationId: string, id: string, incident: Incident, { said, happenedAt }: Said) {
  const { source, acks, metadata, closeReason = null, predecessor = null, endTime = 'infinity' } = incident;
  const tagsBy = tagsByOf(incident);
  return {
    organization_id: organizationId,
    id,
    foreign_id: isUuid(incident.incidentId) ? null : incident.incidentId,
    pk: incident.pk,
    sequence: incident.sequence,
    stateful: incident.stateful,
    start_time: incident.startTime,
    end_time: incident.stateful ? endTime : null,
    level: incident.level,
    description: incident.description,
    tags: incident.tags.map(({ tag }) => tag),
    tags_by: tagsBy,
    tags_added: tagsAdded(incident, tagsBy),
    source: source.name,
    source_id: source.id,
    source_type: source.type,
    source_pk: source.pk ?? null,
    source_incident_id: incident.sourceIncidentId,
    origin: incident.origin,
    acks: acks.length === 0 ? null : acks,
    acked_until: ackedUntil(incident),
    details_url: incident.detailsUrl,
    ticket_url: incident.ticketUrl,
    metadata: isPlain(metadata) ? null : metadata,
    close_reason: closeReason,
    predecessor,
    opened_at: incident.openedAt,
    updated_at: incident.updatedAt,
    happened_at: happenedAt,
    search: said,
    deleted_at: incident.deletedAt ?? null,
  };
}

/** A row in COPY's text format. What we made ourselves (ids, instants, numbers) needs no escapes. */
export function incidentRow(
  organizationId: string,
  id: string,
  incident: Incident,
  { said, happenedAt }: Said,
): string {
  const { pk, sequence, stateful, startTime, endTime, level, source, openedAt, updatedAt, acks } = incident;
  const foreign = isUuid(incident.incidentId) ? NULL : text(incident.incidentId);
  const end = stateful ? (endTime ?? 'infinity') : NULL;
  const tagsBy = tagsByOf(incident);
  const added = tagsAdded(incident, tagsBy);
  return (
    `${organizationId}\t${id}\t${foreign}\t${pk}\t${sequence}\t${stateful ? 't' : 'f'}\t${startTime}\t${end}\t${level}\t` +
    `${text(incident.description)}\t${text(arrayLiteral(incident.tags))}\t${tagsBy ?? NULL}\t${added === null ? NULL : json(added)}\t` +
    `${text(source.name)}\t${text(source.id)}\t${text(source.type)}\t${source.pk ?? NULL}\t${text(incident.sourceIncidentId)}\t` +
    `${text(incident.origin)}\t${acks.length === 0 ? NULL : json(acks)}\t${ackedUntil(incident) ?? NULL}\t` +
    `${text(incident.detailsUrl)}\t${text(incident.ticketUrl)}\t${isPlain(incident.metadata) ? NULL : json(incident.metadata)}\t` +
    `${nullable(incident.closeReason)}\t${nullable(incident.predecessor)}\t${openedAt}\t${updatedAt}\t${happenedAt}\t${text(said)}\t` +
    `${incident.deletedAt ?? NULL}\n`
  );
}

const NULL = '\\N';

/** Who added the tags that came with the incident; null where nobody is known, or none of them is left. */
function tagsByOf({ tags, openedAt }: Incident): number | null {
  return tags.find(({ addedTime }) => addedTime === openedAt)?.addedBy ?? null;
}

/** Who added which tag when, of those that did not come with the incident. */
function tagsAdded({ tags, openedAt }: Incident, tagsBy: number | null): IncidentRow['tagsAdded'] {
  const others = tags.filter(({ addedBy, addedTime }) => addedTime !== openedAt || addedBy !== tagsBy);
  if (others.length === 0) return null;
  return Object.fromEntries(others.map(({ tag, addedBy, addedTime }) => [tag, [addedBy, addedTime]]));
}

function isPlain(metadata: Json): boolean {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return false;
  for (const _ in metadata) return false;
  return true;
}

function nullable(value: string | undefined): string {
  return value === undefined ? NULL : text(value);
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
function arrayLiteral(tags: readonly Tag[]): string {
  if (tags.length === 0) return '{}';
  const plain = tags.every(({ tag }) => !/["\\]/.test(tag));
  const inner = tags.map(({ tag }) => (plain ? tag : tag.replace(/["\\]/g, '\\$&')));
  return `{"${inner.join('","')}"}`;
}
