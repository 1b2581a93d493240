import {
  type EventEnvelope,
  type Filtered,
  notificationKeyOf,
  type NotificationRaised,
  type PayloadOf,
  saidOf,
} from '#libs/contracts';
import { type IncidentEvent, isIncidentEvent, referenceOf } from './incident-event.js';
import { type IncidentDocument } from './incident.js';

/** What deliveries come from: an incident event, or a notification in the form of one, which is the only one of its kind. */
export function signalOf(event: EventEnvelope): IncidentEvent | undefined {
  if (isIncidentEvent(event)) return event;
  if (event.name !== 'NotificationRaised') return undefined;
  const payload = event.payload as PayloadOf<typeof NotificationRaised>;
  return { ...event, payload: { ...payload, incidentId: notificationKeyOf(event), pk: 0, sequence: 1 } };
}

/** A notification as sinks show it: one message that nothing follows. */
export function notified(event: IncidentEvent): IncidentDocument {
  const payload = event.payload as unknown as PayloadOf<typeof NotificationRaised> & IncidentEvent['payload'];
  const { organizationId, projectId, time, source } = event.metadata;
  const { incidentId, pk, sequence, message, severity, clusterId, kind, details, occurredAt = time } = payload;
  return {
    ...(saidOf(event) as Filtered),
    incidentId,
    pk,
    organizationId,
    projectId,
    sequence,
    status: 'stateless',
    description: message,
    source,
    startTime: occurredAt,
    detailsUrl: '',
    ticketUrl: '',
    openedAt: time,
    last: referenceOf(event),
    notification: { severity, clusterId, kind, details: textsOf(details) },
  };
}

/** Details are for people: what is a text or a number; other services may say more of them than a message holds. */
function textsOf(details: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const shown = Object.entries(details).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(shown.slice(0, 20).map(([name, value]) => [name, String(value).slice(0, 1000)]));
}
