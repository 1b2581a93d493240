import { type EventEnvelope } from '#libs/contracts';
import { type Instant } from '#libs/core';

/** An event, as far as the account of its deliveries needs it. */
export interface EventReference {
  readonly eventId: string;
  readonly name: string;
  readonly rootEventId: string;
  readonly sequence: number;
  readonly recordedAt: Instant;
  /** It tells of the past alone: nobody is told. */
  readonly past?: true;
}

/** Names of the events that `evolve` understands. */
export const incidentEvents = [
  'IncidentOpened',
  'IncidentClosed',
  'IncidentReopened',
  'IncidentAcknowledged',
  'IncidentChanged',
  'IncidentNoted',
  'IncidentObserved',
  'IncidentDeleted',
] as const;

/** What the fold and the account read of every incident event. */
export interface IncidentEvent extends EventEnvelope {
  readonly payload: {
    readonly incidentId: string;
    readonly pk: number;
    readonly sequence: number;
    readonly by?: { readonly username: string };
  };
}

export function isIncidentEvent(event: EventEnvelope): event is IncidentEvent {
  return (incidentEvents as readonly string[]).includes(event.name);
}

export function referenceOf(event: IncidentEvent): EventReference {
  const { id, correlationId, recordedAt } = event.metadata;
  const reference = { eventId: id, name: event.name, rootEventId: correlationId, recordedAt };
  return { ...reference, sequence: event.payload.sequence, ...(isPast(event) ? { past: true } : {}) };
}

/** Late, and without a change to what is so now: an incident that was over when it was opened, a late remark. */
function isPast({ name, payload }: IncidentEvent): boolean {
  const { late } = payload as { late?: boolean };
  return late === true && (name === 'IncidentOpened' || name === 'IncidentNoted');
}
