import { derivedId } from '#libs/core';
import { type PayloadOf } from './event.js';
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
