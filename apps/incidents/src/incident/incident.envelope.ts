import { type EventEnvelope, eventType, makeEvent, type Origin } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { type IncidentEvent } from './incident.js';

/**
 * An event of an incident as it goes on the log. The id comes from the incident and the event's place in it, so that
 * whoever decides it again gives the same.
 */
export function incidentEnvelope(event: IncidentEvent, chain: Omit<Origin, 'id' | 'time'>): EventEnvelope {
  const { incidentId, sequence } = event.payload;
  const id = derivedId(incidentId, sequence);
  return makeEvent(eventType(event.name)!, event.payload, { ...chain, id, time: timeOf(event) });
}

/** When it happened. */
function timeOf(event: IncidentEvent): Instant {
  if (event.name === 'IncidentOpened') return event.payload.startTime;
  return event.payload.timestamp ?? (event.name === 'IncidentClosed' ? event.payload.endTime : event.recordedAt);
}
