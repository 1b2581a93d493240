import { derivedId } from '#libs/core';
import { type EventEnvelope } from './envelope.js';
import { type PayloadOf } from './event.js';
import { type NotificationRaised } from './events/cluster-events.js';
import { type IncidentChanged } from './events/incident-events.js';
import { type IntegrationCreated } from './events/integration-events.js';

export type IntegrationFilters = PayloadOf<typeof IntegrationCreated>['filters'];

/** What filters look at. */
export interface Filtered {
  readonly origin: string;
  readonly level: number;
  /** `key=value` each. */
  readonly tags: readonly string[];
}

/** Tags that may name the cluster of an incident, the first present one counting. */
const CLUSTER_TAGS = ['cluster_id', 'clusterid', 'cluster'];

/** Whether an integration with these filters wants the incident. What is absent or empty narrows nothing. */
export function matchesFilters(filters: IntegrationFilters, incident: Filtered): boolean {
  const { origins, clusterIds, labels, minLevel } = filters;
  if (minLevel !== undefined && incident.level > minLevel) return false;
  if (origins?.length && !origins.includes(incident.origin)) return false;
  if (labels?.some((label) => !incident.tags.includes(label))) return false;
  if (!clusterIds?.length) return true;
  const cluster = clusterOf(incident.tags);
  return cluster !== undefined && clusterIds.includes(cluster);
}

/**
 * What filters are to look at once an incident says `now` of itself: its worst level and every tag that it has ever had.
 * So whoever was told of an incident hears the rest of it, whatever is changed of it.
 */
export function widened(before: Filtered | undefined, now: Partial<Filtered>): Filtered {
  const { origin = '', level = 5, tags = [] } = before ?? now;
  return {
    origin,
    level: Math.min(level, now.level ?? level),
    tags: now.tags === undefined ? tags : [...new Set([...tags, ...now.tags])],
  };
}

type Notification = PayloadOf<typeof NotificationRaised>;

/** What filters take for the origin of a notification: it is no incident, and goes to integrations of its own source. */
export const NOTIFICATION = 'notification';

/** The source of integrations that what has this origin goes to. */
export function sourceFor({ origin }: Pick<Filtered, 'origin'>): 'issues' | 'notifications' {
  return origin === NOTIFICATION ? 'notifications' : 'issues';
}

/** Levels of notifications by severity; another word is 3. */
const LEVELS: Readonly<Record<string, number>> = { critical: 1, failure: 2, error: 2, warning: 3, info: 5 };

function filteredNotification({ clusterId, kind, severity }: Notification): Filtered {
  const level = Object.hasOwn(LEVELS, severity) ? LEVELS[severity]! : 3;
  return { origin: NOTIFICATION, level, tags: [`cluster=${clusterId}`, `kind=${kind}`] };
}

/** By what id deliveries of a notification are kept, in the place of an incident's. */
export function notificationKeyOf({ payload, metadata }: Pick<EventEnvelope, 'payload' | 'metadata'>): string {
  const { notificationId } = payload as Notification;
  return derivedId('notification', metadata.organizationId.toLowerCase(), notificationId);
}

/** What an incident event, or a notification, says anew of what filters look at. */
export function saidOf({ name, payload }: Pick<EventEnvelope, 'name' | 'payload'>): Partial<Filtered> {
  if (name === 'NotificationRaised') return filteredNotification(payload as Notification);
  if (name === 'IncidentOpened') {
    const { origin, level, tags } = payload as Filtered;
    return { origin, level, tags };
  }
  if (name !== 'IncidentChanged') return {};
  const { attribute, new: value } = payload as PayloadOf<typeof IncidentChanged>;
  if (attribute === 'level') return typeof value === 'number' ? { level: value } : {};
  return attribute === 'tags' && Array.isArray(value) ? { tags: value as string[] } : {};
}

/** The cluster that the tags name, if any. */
export function clusterOf(tags: readonly string[]): string | undefined {
  for (const key of CLUSTER_TAGS) {
    const tag = tags.find((candidate) => candidate.startsWith(`${key}=`));
    if (tag !== undefined) return tag.slice(key.length + 1);
  }
  return undefined;
}

/** The id of the delivery of one event through one integration, whoever computes it. */
export function deliveryIdOf(integrationId: string, eventId: string): string {
  return derivedId('delivery', integrationId, eventId);
}
