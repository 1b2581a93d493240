import { type IncidentDocument } from '../projections/incidents/incidents.document.js';
import { groupOf } from '../projections/incidents/incidents.groups.js';
import { type IncidentAnswer } from './incidents.dto.js';

/** An incident as `/tocsin/v1` shows it: tags as texts, the source flat, no end as null. */
export function answerOf(incident: IncidentDocument): IncidentAnswer {
  const { open: _open, tags, source, endTime, ackedUntil, openedAt: _openedAt, ...rest } = incident;
  return {
    incidentId: rest.incidentId,
    pk: rest.pk,
    status: rest.status,
    startTime: rest.startTime,
    endTime: endTime === 'infinity' ? null : endTime,
    level: rest.level,
    description: rest.description,
    tags: tags.map(({ tag }) => tag),
    source: source.name,
    sourceId: source.id,
    sourceType: source.type,
    sourcePk: source.pk ?? null,
    sourceIncidentId: rest.sourceIncidentId,
    origin: rest.origin,
    group: groupOf(incident),
    acked: rest.acked,
    ackedUntil: ackedUntil === 'infinity' ? null : ackedUntil,
    stateful: rest.stateful,
    detailsUrl: rest.detailsUrl,
    ticketUrl: rest.ticketUrl,
    metadata: rest.metadata,
    closeReason: rest.closeReason,
    predecessor: rest.predecessor,
    updatedAt: rest.updatedAt,
    sequence: rest.sequence,
  };
}
