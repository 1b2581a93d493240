import { deliveryIdOf } from '#libs/contracts';
import { millisOf } from '#libs/core';
import { type EventReference } from '../incident/incident-event.js';
import { type IncidentDocument } from '../incident/incident.js';
import { type IntegrationDocument } from '../integration/integration.js';
import { type Match, match, matchesBackfill } from '../integration/matching.js';
import { type Lane } from '../lane/lane.js';
import { type Late, type Missed } from '../sql/incidents.js';
import { type NewDelivery } from '../sql/save-batch.js';

/** The deliveries that one event of an incident means. */
export function deliveriesOf(
  integrations: readonly IntegrationDocument[],
  incident: IncidentDocument,
  reference: EventReference,
): readonly NewDelivery[] {
  return integrations.flatMap((integration) =>
    delivery(integration, incident, reference, match(integration, incident, reference)),
  );
}

/** What an integration that has just been made or changed is to be given of the events that were read before it. */
export function lateDeliveriesOf(integration: IntegrationDocument, late: readonly Late[]): readonly NewDelivery[] {
  return late.flatMap(({ reference, incident }) =>
    delivery(integration, incident, reference, match(integration, incident, reference)),
  );
}

/** What a new integration is told of that was open before it: the state of now, as of the newest event. */
export function backfillOf(
  integration: IntegrationDocument,
  open: readonly IncidentDocument[],
): readonly NewDelivery[] {
  return open.flatMap((incident) =>
    delivery(integration, incident, incident.last, matchesBackfill(integration, incident)),
  );
}

/**
 * After a pause: every incident that went on meanwhile is told once, as it is now. The cause is the event that ended the
 * pause, since the events of the pause have their final state.
 */
export function catchUpOf(
  integration: IntegrationDocument,
  missed: readonly Missed[],
  resumed: Omit<EventReference, 'sequence'>,
): readonly NewDelivery[] {
  return missed.flatMap(({ incident, lane }) => {
    if (!behind(incident, lane)) return [];
    const reference = { ...resumed, sequence: incident.sequence };
    const [row] = delivery(integration, incident, reference, match(integration, incident, resumed));
    if (!row) return [];
    return [
      { ...row, deliveryId: deliveryIdOf(integration.integrationId, `${resumed.eventId}/${incident.incidentId}`) },
    ];
  });
}

function behind(incident: IncidentDocument, lane: Lane | null): boolean {
  if (lane?.attempt) return true;
  return lane?.shown ? lane.shown.sequence < incident.sequence : incident.status === 'open';
}

function delivery(
  { integrationId }: IntegrationDocument,
  { incidentId }: IncidentDocument,
  { eventId, rootEventId, sequence, recordedAt }: EventReference,
  matched: Match,
): readonly NewDelivery[] {
  if (!matched) return [];
  const deliveryId = deliveryIdOf(integrationId, eventId);
  return [
    { deliveryId, integrationId, incidentId, eventId, rootEventId, sequence, at: millisOf(recordedAt), ...matched },
  ];
}
