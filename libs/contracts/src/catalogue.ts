import { type EventType } from './event.js';
import { AlertFired, AlertResolved } from './events/alert-events.js';
import { clusterEventTypes } from './events/cluster-events.js';
import {
  DeliveriesPlanned,
  DeliveryRecorded,
  IntegrationParked,
  IntegrationRecovered,
} from './events/delivery-events.js';
import { DetectorConfigured } from './events/detector-events.js';
import {
  IncidentAcknowledged,
  IncidentChanged,
  IncidentClosed,
  IncidentDeleted,
  IncidentNoted,
  IncidentObserved,
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
import { IssueClosed, IssueObserved, IssueOpened } from './events/issue-events.js';
import {
  OrganizationCreated,
  PersonRegistered,
  SourceRegistered,
  SourceRenamed,
  SourceTypeCreated,
} from './events/registry-events.js';
import { ServiceStatusChanged, ServiceStatusObserved } from './events/service-status-events.js';
import { sampleTypes } from './samples/index.js';

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
  IncidentObserved,
  IncidentDeleted,
  IntegrationCreated,
  IntegrationUpdated,
  IntegrationDeleted,
  IntegrationPaused,
  IntegrationResumed,
  DeliveriesPlanned,
  DeliveryRecorded,
  IntegrationParked,
  IntegrationRecovered,
  OrganizationCreated,
  SourceTypeCreated,
  SourceRegistered,
  SourceRenamed,
  PersonRegistered,
  IssueOpened,
  IssueObserved,
  IssueClosed,
  DetectorConfigured,
  ...clusterEventTypes,
] as const;

const byName = new Map<string, EventType>(
  [...eventTypes, ...sampleTypes].map((type) => [type.name, type as unknown as EventType]),
);

/** An event, or a sample, which is read the same way. */
export function eventType(name: string): EventType | undefined {
  return byName.get(name);
}
