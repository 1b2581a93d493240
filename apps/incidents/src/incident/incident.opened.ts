import { type IncidentOpened, type PayloadOf } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Incident } from './incident.js';
import { earlierOf } from './incident.moment.js';

/** The incident right after it was opened. */
export function opened(payload: PayloadOf<typeof IncidentOpened>, recordedAt: Instant): Incident {
  const { incidentId, pk, sequence, origin, startTime, endTime, stateful, level, description, issue } = payload;
  const { source, sourceIncidentId, detailsUrl, ticketUrl, metadata = {}, predecessor, eventPk } = payload;
  const addedBy = payload.tagsAddedBy ?? payload.by?.userPk ?? null;
  return {
    incidentId,
    pk,
    sequence,
    stateful,
    startTime,
    endTime: endTime && stateful ? endTime : undefined,
    origin,
    level,
    description,
    tags: payload.tags.map((tag) => ({ tag, addedBy, addedTime: recordedAt })),
    source: {
      id: source.id,
      ...(source.pk === undefined ? {} : { pk: source.pk }),
      name: source.name,
      type: source.type,
    },
    sourceIncidentId,
    detailsUrl,
    ticketUrl,
    metadata,
    predecessor,
    ...(issue === undefined ? {} : { issue: { ...issue, said: description } }),
    acks: [],
    openedBy: payload.by,
    latest: earlierOf(startTime, recordedAt),
    openedAt: recordedAt,
    updatedAt: recordedAt,
    recent: eventPk === undefined ? [] : [eventPk],
  };
}
