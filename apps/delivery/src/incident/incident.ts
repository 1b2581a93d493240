import { type EventEnvelope, type IncidentClosed, type IncidentOpened, type PayloadOf } from '#libs/contracts';
import { type Instant } from '#libs/core';

/** What a sink has to know of an incident to show it: folded from its events, newest state only. */
export interface IncidentDocument {
  readonly incidentId: string;
  readonly pk: number;
  readonly organizationId: string;
  readonly projectId: string;
  /** Of the last event folded: what is not newer changes nothing. */
  readonly sequence: number;
  readonly status: 'open' | 'closed' | 'stateless';
  readonly origin: string;
  /** 1 (worst) to 5. */
  readonly level: number;
  readonly description: string;
  /** `key=value`. */
  readonly tags: readonly string[];
  /** Name of the source system. */
  readonly source: string;
  readonly startTime: Instant;
  readonly endTime?: Instant;
  readonly closeReason?: string;
  readonly detailsUrl: string;
  readonly ticketUrl: string;
  /** When it was opened, by its own time. */
  readonly openedAt: Instant;
  /** The event folded last, which a back-fill sends. */
  readonly last: EventReference;
}

/** An event, as far as the account of its deliveries needs it. */
export interface EventReference {
  readonly eventId: string;
  readonly name: string;
  readonly rootEventId: string;
  readonly sequence: number;
  readonly recordedAt: Instant;
}

/** Names of the events that `evolve` understands. */
export const incidentEvents = ['IncidentOpened', 'IncidentClosed'] as const;

/** What the fold and the account read of every incident event. */
export interface IncidentEvent extends EventEnvelope {
  readonly payload: { readonly incidentId: string; readonly pk: number; readonly sequence: number };
}

export function isIncidentEvent(event: EventEnvelope): event is IncidentEvent {
  return (incidentEvents as readonly string[]).includes(event.name);
}

export function referenceOf(event: IncidentEvent): EventReference {
  const { id, correlationId, recordedAt } = event.metadata;
  return { eventId: id, name: event.name, rootEventId: correlationId, sequence: event.payload.sequence, recordedAt };
}

/**
 * The document after `event`. What it already has changes nothing, and so does an event of an incident whose opening
 * was never seen.
 */
export function evolve(document: IncidentDocument | undefined, event: IncidentEvent): IncidentDocument | undefined {
  if (document && event.payload.sequence <= document.sequence) return document;
  const news = { sequence: event.payload.sequence, last: referenceOf(event) };
  if (event.name === 'IncidentOpened') return opened(event, event.payload as PayloadOf<typeof IncidentOpened>);
  if (!document) return undefined;
  if (event.name !== 'IncidentClosed') return { ...document, ...news };
  const { endTime, reason } = event.payload as unknown as PayloadOf<typeof IncidentClosed>;
  return { ...document, ...news, status: 'closed', endTime, closeReason: reason };
}

function opened(event: IncidentEvent, payload: PayloadOf<typeof IncidentOpened>): IncidentDocument {
  const { organizationId, projectId, time } = event.metadata;
  return {
    incidentId: payload.incidentId,
    pk: payload.pk,
    organizationId,
    projectId,
    sequence: payload.sequence,
    status: statusOf(payload),
    origin: payload.origin,
    level: payload.level,
    description: payload.description,
    tags: payload.tags,
    source: payload.source.name,
    startTime: payload.startTime,
    ...(payload.endTime ? { endTime: payload.endTime } : {}),
    detailsUrl: payload.detailsUrl,
    ticketUrl: payload.ticketUrl,
    openedAt: time,
    last: referenceOf(event),
  };
}

function statusOf({ stateful, endTime }: PayloadOf<typeof IncidentOpened>): IncidentDocument['status'] {
  if (!stateful) return 'stateless';
  return endTime ? 'closed' : 'open';
}

/** An incident as its lanes see it: one without an end stays open for ever. */
export function laneView({ sequence, status }: IncidentDocument): { sequence: number; open: boolean } {
  return { sequence, open: status !== 'closed' };
}
