import { type EventEnvelope, IncidentClosed, IncidentOpened, makeEvent } from '#libs/contracts';
import { type Received } from '#libs/runtime';
import { minute } from './alerts.js';

/** For specs: an incident as it lies on the log, opened and, with a second event, closed. */
export function received(organizationId: string, incidentId: string, pk: number, events: 1 | 2): readonly Received[] {
  const origin = (sequence: number) => ({
    id: `${incidentId}-${sequence}`,
    time: minute(pk + sequence),
    recordedAt: minute(pk + sequence),
    source: 'am',
    organizationId,
    projectId: 'p1',
  });
  const opened = makeEvent(
    IncidentOpened,
    {
      incidentId,
      pk,
      sequence: 1,
      origin: 'alert',
      startTime: minute(pk),
      stateful: true,
      level: 2,
      description: `incident ${pk}`,
      tags: [`host=h${pk}`],
      source: { id: 's', name: 'am', type: 'alertmanager' },
      sourceIncidentId: `f${pk}`,
      detailsUrl: '',
      ticketUrl: '',
    },
    origin(1),
  );
  const closed = makeEvent(
    IncidentClosed,
    { incidentId, pk, sequence: 2, endTime: minute(pk + 1), reason: 'resolved' },
    origin(2),
  );
  const place = (event: EventEnvelope, offset: number): Received => ({
    event,
    position: { topic: 'events', partition: 0, offset },
    timestamp: 0,
    known: true,
  });
  return [opened, closed].slice(0, events).map((event, n) => place(event, pk * 2 + n));
}
