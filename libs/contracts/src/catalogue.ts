import { type EventType } from './event.js';
import { AlertFired, AlertResolved } from './events/alert-events.js';
import { DeliveryRecorded, IntegrationParked, IntegrationRecovered } from './events/delivery-events.js';
import {
  IncidentAcknowledged,
  IncidentChanged,
  IncidentClosed,
  IncidentNoted,
  IncidentOpened,
  IncidentReopened,
} from './events/incident-events.js';
import {
  IntegrationCreated,
  IntegrationDeleted,
  IntegrationPaused,
  IntegrationResumed,
  IntegrationUpdated,
} from './events/integration-events.js';
import {
  OrganizationCreated,
  PersonRegistered,
  SourceRegistered,
  SourceRenamed,
  SourceTypeCreated,
} from './events/registry-events.js';
import { ServiceStatusChanged, ServiceStatusObserved } from './events/service-status-events.js';

/** Every event of the platform: THE list. */
export const eventTypes = [
  AlertFired,
  AlertResolved,
  ServiceStatusChanged,
  ServiceStatusObserved,
  IncidentOpened,
  IncidentClosed,
  IncidentReopened,
  IncidentAcknowledged,
  IncidentChanged,
  IncidentNoted,
  IntegrationCreated,
  IntegrationUpdated,
  IntegrationDeleted,
  IntegrationPaused,
  IntegrationResumed,
  DeliveryRecorded,
  IntegrationParked,
  IntegrationRecovered,
  OrganizationCreated,
  SourceTypeCreated,
  SourceRegistered,
  SourceRenamed,
  PersonRegistered,
] as const;

const byName = new Map<string, EventType>(eventTypes.map((type) => [type.name, type as unknown as EventType]));

export function eventType(name: string): EventType | undefined {
  return byName.get(name);
}
