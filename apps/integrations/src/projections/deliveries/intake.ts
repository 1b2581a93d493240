import {
  type DeliveriesPlanned,
  type DeliveryRecorded,
  type EventEnvelope,
  type IncidentOpened,
  type IntegrationCreated,
  notificationKeyOf,
  type PayloadOf,
  saidOf,
} from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Received } from '#libs/runtime';

/** Where an event lies on the log, and when it was written. */
interface Written {
  readonly eventId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly writtenAt: Instant;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** An incident event; what filters look at is null where the event does not say it anew. */
export interface SignalRow extends Written {
  readonly incidentId: string;
  readonly sequence: number;
  readonly causationId: string | null;
  readonly correlationId: string;
  readonly origin: string | null;
  readonly level: number | null;
  readonly tags: readonly string[] | null;
}

/** An event of an integration; source and filters are null where it does not say them anew. */
export interface ChangeRow extends Written {
  readonly integrationId: string;
  readonly sequence: number;
  readonly source: string | null;
  readonly filters: object | null;
  readonly deleted: boolean;
}

/** The final state of a delivery. */
export interface RecordRow extends Written {
  readonly deliveryId: string;
  readonly integrationId: string;
  readonly signalId: string;
  readonly rootEventId: string;
  readonly incidentId: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly receipt: object | null;
  readonly count: number;
  readonly at: Instant;
}

/** A delivery that a delivery process planned by itself. */
export interface PlanRow {
  readonly organizationId: string;
  readonly integrationId: string;
  readonly deliveryId: string;
  readonly signalId: string;
  readonly rootEventId: string;
  readonly incidentId: string;
  readonly sequence: number;
  readonly writtenAt: Instant;
}

export interface Intake {
  readonly signals: readonly SignalRow[];
  readonly changes: readonly ChangeRow[];
  readonly records: readonly RecordRow[];
  readonly plans: readonly PlanRow[];
}

/**
 * Incident events that every integration of the source `issues` with fitting filters has to account for, and
 * notifications, for those of the source `notifications`.
 */
export const signalNames: ReadonlySet<string> = new Set([
  'IncidentOpened',
  'IncidentClosed',
  'IncidentReopened',
  'IncidentAcknowledged',
  'IncidentChanged',
  'IncidentNoted',
  'IncidentObserved',
  'IncidentDeleted',
  'NotificationRaised',
]);
const changeNames: ReadonlySet<string> = new Set([
  'IntegrationCreated',
  'IntegrationUpdated',
  'IntegrationDeleted',
  'IntegrationPaused',
  'IntegrationResumed',
]);
export const handledNames: ReadonlySet<string> = new Set([
  ...signalNames,
  ...changeNames,
  'DeliveriesPlanned',
  'DeliveryRecorded',
]);

/** A batch as the rows it means, each event once. */
export function intakeOf(batch: readonly Received[]): Intake {
  const seen = new Map(batch.map((received) => [received.event.metadata.id, received]));
  const once = [...seen.values()];
  const named = (names: ReadonlySet<string>): Received[] => once.filter(({ event }) => names.has(event.name));
  return {
    signals: onceSaid(named(signalNames).map(signalOf)),
    changes: named(changeNames).map(changeOf),
    records: once.filter(({ event }) => event.name === 'DeliveryRecorded').map(recordOf),
    plans: once.filter(({ event }) => event.name === 'DeliveriesPlanned').flatMap(plansOf),
  };
}

function written({ event, position }: Received): Written {
  const { id, organizationId, recordedAt } = event.metadata;
  const { topic, partition, offset } = position;
  return { eventId: id, organizationId, name: event.name, writtenAt: recordedAt, topic, partition, offset };
}

/** A notification is one, however many events say it. */
function onceSaid(signals: readonly SignalRow[]): readonly SignalRow[] {
  const known = new Set<string>();
  return signals.filter(({ name, incidentId }) => {
    if (name !== 'NotificationRaised') return true;
    return !known.has(incidentId) && known.add(incidentId);
  });
}

function signalOf(received: Received): SignalRow {
  const event = received.event as EventEnvelope<string, Partial<PayloadOf<typeof IncidentOpened>>>;
  const isNotification = event.name === 'NotificationRaised';
  const { incidentId, sequence } = isNotification
    ? { incidentId: notificationKeyOf(event), sequence: 1 }
    : event.payload;
  const { origin, level, tags } = saidOf(event);
  return {
    ...written(received),
    incidentId: incidentId!,
    sequence: sequence!,
    causationId: event.metadata.causationId,
    correlationId: event.metadata.correlationId,
    origin: origin ?? null,
    level: level ?? null,
    tags: tags ?? null,
  };
}

function changeOf(received: Received): ChangeRow {
  const event = received.event as EventEnvelope<string, Partial<PayloadOf<typeof IntegrationCreated>>>;
  const { integrationId, sequence, source, filters } = event.payload;
  return {
    ...written(received),
    integrationId: integrationId!,
    sequence: sequence!,
    source: source ?? null,
    filters: filters ?? null,
    deleted: event.name === 'IntegrationDeleted',
  };
}

function plansOf({ event }: Received): PlanRow[] {
  const { integrationId, deliveries } = event.payload as PayloadOf<typeof DeliveriesPlanned>;
  const { organizationId } = event.metadata;
  return deliveries.map(({ deliveryId, eventId, rootEventId, incidentId, sequence, writtenAt }) => {
    return {
      organizationId,
      integrationId,
      deliveryId,
      signalId: eventId,
      rootEventId,
      incidentId,
      sequence,
      writtenAt,
    };
  });
}

function recordOf(received: Received): RecordRow {
  const delivery = received.event.payload as PayloadOf<typeof DeliveryRecorded>;
  return {
    ...written(received),
    deliveryId: delivery.deliveryId,
    integrationId: delivery.integrationId,
    signalId: delivery.eventId,
    rootEventId: delivery.rootEventId,
    incidentId: delivery.incidentId ?? null,
    state: delivery.state,
    reason: delivery.reason ?? null,
    attempts: delivery.attempts,
    receipt: delivery.receipt ?? null,
    count: delivery.count,
    at: delivery.at,
  };
}
