import { type EventEnvelope, type IncidentClosed, type IncidentOpened, type PayloadOf } from '#libs/contracts';
import { type Instant, type Projection } from '#libs/core';

/** An incident as the API shows it. The order of the keys is that of the answer. */
export interface IncidentDocument {
  readonly incidentId: string;
  readonly pk: number;
  readonly status: 'open' | 'closed' | 'stateless';
  readonly startTime: Instant;
  /** Null while it is open, and of a stateless one. */
  readonly endTime: Instant | null;
  /** 1 (critical) to 5 (information). */
  readonly level: number;
  readonly description: string;
  /** `key=value`. */
  readonly tags: readonly string[];
  /** Name, id and type of the token that reported it. */
  readonly source: string;
  readonly sourceId: string;
  readonly sourceType: string;
  readonly sourceIncidentId: string;
  /** `alert`, `issue` or `api`. */
  readonly origin: string;
  readonly acked: boolean;
  readonly stateful: boolean;
  readonly detailsUrl: string;
  readonly ticketUrl: string;
  /** Why it ended: `resolved`, `expired` ...; null while it is open. */
  readonly closeReason: string | null;
  /** Id of the incident of the same alert before this one. */
  readonly predecessor: string | null;
  /** When its last event was written down. */
  readonly updatedAt: Instant;
  /** Number of its events. */
  readonly sequence: number;
}

/** One event of an incident as its timeline shows it. */
export interface TimelineEntry {
  readonly sequence: number;
  readonly eventId: string;
  readonly name: string;
  readonly time: Instant;
  readonly recordedAt: Instant;
  /** Who said it. */
  readonly source: string;
  /** One line for people. */
  readonly description: string;
  readonly payload: unknown;
}

export type IncidentEnvelope =
  | EventEnvelope<'IncidentOpened', PayloadOf<typeof IncidentOpened>>
  | EventEnvelope<'IncidentClosed', PayloadOf<typeof IncidentClosed>>;

function opened({ payload, metadata }: EventEnvelope<string, PayloadOf<typeof IncidentOpened>>): IncidentDocument {
  const endTime = payload.endTime ?? null;
  return {
    incidentId: payload.incidentId,
    pk: payload.pk,
    status: payload.stateful ? (endTime === null ? 'open' : 'closed') : 'stateless',
    startTime: payload.startTime,
    endTime: payload.stateful ? endTime : null,
    level: payload.level,
    description: payload.description,
    tags: payload.tags,
    source: payload.source.name,
    sourceId: payload.source.id,
    sourceType: payload.source.type,
    sourceIncidentId: payload.sourceIncidentId,
    origin: payload.origin,
    acked: false,
    stateful: payload.stateful,
    detailsUrl: payload.detailsUrl,
    ticketUrl: payload.ticketUrl,
    closeReason: null,
    predecessor: payload.predecessor ?? null,
    updatedAt: metadata.recordedAt,
    sequence: payload.sequence,
  };
}

function evolve(document: IncidentDocument | undefined, event: IncidentEnvelope): IncidentDocument | undefined {
  const { sequence } = event.payload;
  if (document && sequence <= document.sequence) return document;
  switch (event.name) {
    case 'IncidentOpened':
      return document ?? opened(event);
    case 'IncidentClosed': {
      if (!document) return undefined;
      const { endTime, reason } = event.payload;
      const updatedAt = event.metadata.recordedAt;
      return { ...document, status: 'closed', endTime, closeReason: reason, updatedAt, sequence };
    }
  }
}

/** The list and detail of incidents. An event that a document has already (by its sequence) changes nothing. */
export const incidentsProjection: Projection<IncidentDocument, IncidentEnvelope> = {
  name: 'incidents',
  version: 1,
  handles: new Set(['IncidentOpened', 'IncidentClosed']),
  idOf: ({ payload }) => payload.incidentId,
  evolve,
};

/** The entry of an event in its incident's timeline. */
export function timelineEntryOf(event: IncidentEnvelope): TimelineEntry {
  const { id, time, recordedAt, source } = event.metadata;
  return {
    sequence: event.payload.sequence,
    eventId: id,
    name: event.name,
    time,
    recordedAt,
    source,
    description: describe(event),
    payload: event.payload,
  };
}

function describe(event: IncidentEnvelope): string {
  switch (event.name) {
    case 'IncidentOpened':
      return event.payload.description;
    case 'IncidentClosed':
      return event.payload.reason;
  }
}
