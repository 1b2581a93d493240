import { ClusterRegistered, ClusterRemoved, clusterEventTypes, eventTypes } from '#libs/contracts';

/** What configures: not for a token of a monitoring system. */
const configuring = new Set<string>([ClusterRegistered.name, ClusterRemoved.name]);

/** Names of the catalogue that others may say too: they are observations, and deciding is left to Tocsin. */
const observations = new Set<string>([
  ...clusterEventTypes.map(({ name }) => name),
  'AlertFired',
  'AlertResolved',
  'IssueOpened',
  'IssueObserved',
  'IssueClosed',
]);

/** Decisions of Tocsin's own services by name, those of coming versions included (interfaces, The records). */
const DECISION =
  /^(Incident(Opened|Closed|Reopened|Acknowledged|Changed|Noted|Observed|Deleted)|Integration(Created|Updated|Deleted|Paused|Resumed)|ServiceStatus(Changed|Observed)|DeliveryRecorded)$/;

const decided = new Set<string>(eventTypes.map(({ name }) => name).filter((name) => !observations.has(name)));

/**
 * Whether an event is what a service of Tocsin decides: read models fold such a record as the truth, so none comes in
 * over HTTP, whatever the token.
 */
export function isReserved(name: string): boolean {
  return decided.has(name) || DECISION.test(name);
}

/** Whether an event configures. */
export function isConfiguring(name: string): boolean {
  return configuring.has(name);
}
