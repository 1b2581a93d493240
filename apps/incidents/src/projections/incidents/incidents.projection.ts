import {
  type EnvelopeOf,
  type IncidentAcknowledged,
  type IncidentChanged,
  type IncidentClosed,
  type IncidentDeleted,
  type IncidentNoted,
  type IncidentObserved,
  type IncidentOpened,
  type IncidentReopened,
} from '#libs/contracts';
import { type Instant, type Projection } from '#libs/core';
import { type Incident, incidentDecider, type IncidentEvent } from '../../incident/incident.js';

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
  | EnvelopeOf<typeof IncidentOpened>
  | EnvelopeOf<typeof IncidentClosed>
  | EnvelopeOf<typeof IncidentReopened>
  | EnvelopeOf<typeof IncidentAcknowledged>
  | EnvelopeOf<typeof IncidentChanged>
  | EnvelopeOf<typeof IncidentNoted>
  | EnvelopeOf<typeof IncidentObserved>
  | EnvelopeOf<typeof IncidentDeleted>;

/** The event of an envelope, as the aggregate folds it. */
export function eventOf({ name, payload, metadata }: IncidentEnvelope): IncidentEvent {
  return { name, payload, recordedAt: metadata.recordedAt } as IncidentEvent;
}

/** Every incident, folded as the aggregate folds it. An event that it has already (by its sequence) changes nothing. */
export const incidentsProjection: Projection<Incident, IncidentEnvelope> = {
  name: 'incidents',
  version: 3,
  handles: new Set([
    'IncidentOpened',
    'IncidentClosed',
    'IncidentReopened',
    'IncidentAcknowledged',
    'IncidentChanged',
    'IncidentNoted',
    'IncidentObserved',
    'IncidentDeleted',
  ]),
  idOf: ({ payload }) => payload.incidentId,
  evolve: (incident, event) =>
    incident && event.payload.sequence <= incident.sequence
      ? incident
      : incidentDecider.evolve(incident, eventOf(event)),
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
    case 'IncidentClosed':
      return event.payload.description ? event.payload.description : event.payload.reason;
    case 'IncidentAcknowledged':
      return event.payload.changed ? `expires ${event.payload.expiration ?? 'never'}` : event.payload.description;
    case 'IncidentObserved':
      return event.payload.description ?? 'seen again';
    case 'IncidentDeleted':
      return 'deleted';
    default:
      return event.payload.description;
  }
}
