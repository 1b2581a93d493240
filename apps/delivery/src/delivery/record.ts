import { DeliveryRecorded, type EventEnvelope, makeEvent } from '#libs/contracts';
import { derivedId, instantOfMillis } from '#libs/core';
import { type IncidentDocument } from '../incident/incident.js';
import { type Receipt } from '../sink.js';

/** The final state of one delivery, with whom it concerns. */
export interface FinalDelivery {
  readonly deliveryId: string;
  readonly integrationId: string;
  readonly incidentId: string;
  readonly eventId: string;
  readonly rootEventId: string;
  readonly state: 'delivered' | 'suppressed' | 'superseded' | 'expired' | 'dead-lettered' | 'ambiguous';
  readonly reason?: string | undefined;
  readonly receipt?: Receipt | undefined;
  readonly attempts: number;
}

/** Of whom an incident or a notification is. */
type Owner = Pick<IncidentDocument, 'organizationId' | 'projectId' | 'notification'>;

/** The event that puts a final state on the log. A delivery has one, so a repeat has the same id. */
export function recordOf(delivery: FinalDelivery, owner: Owner, source: string, now: number): EventEnvelope {
  const at = instantOfMillis(now);
  const { deliveryId, integrationId, incidentId, eventId, rootEventId, state, reason, receipt, attempts } = delivery;
  return makeEvent(
    DeliveryRecorded,
    {
      deliveryId,
      integrationId,
      eventId,
      rootEventId,
      ...(owner.notification ? {} : { incidentId }),
      state,
      ...(reason === undefined ? {} : { reason: reason.slice(0, 2048) }),
      attempts,
      ...(receipt === undefined ? {} : { receipt }),
      count: 1,
      at,
    },
    {
      id: derivedId(deliveryId, 'recorded'),
      time: at,
      recordedAt: at,
      source,
      organizationId: owner.organizationId,
      projectId: owner.projectId,
      correlationId: rootEventId,
      causationId: eventId,
    },
  );
}
