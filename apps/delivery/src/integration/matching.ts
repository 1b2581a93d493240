import { matchesFilters, sourceFor } from '#libs/contracts';
import { compareInstants, type Instant, millisOf } from '#libs/core';
import { type IncidentDocument, reachOf } from '../incident/incident.js';
import { type IntegrationDocument, type Wanted } from './integration.js';

/** What becomes of an event at an integration: nothing at all, a delivery to make, or one that is over already. */
export type Match =
  { readonly state: 'pending' } | { readonly state: 'suppressed'; readonly reason: string } | undefined;

/**
 * Whether `integration` has to account for an event of `incident` that was written at `recordedAt`: judged by what it
 * wanted then, so that the answer does not depend on which of the two was read first. What it does not want any more, or
 * not now, is suppressed; so is what tells of the past alone.
 */
export function match(
  integration: IntegrationDocument,
  incident: IncidentDocument,
  { recordedAt, past }: { readonly recordedAt: Instant; readonly past?: boolean },
): Match {
  if (integration.organizationId !== incident.organizationId) return undefined;
  const then = integration.history.findLast(({ from }) => compareInstants(from, recordedAt) <= 0);
  if (!then || !wants(then, incident)) return undefined;
  if (past) return { state: 'suppressed', reason: 'late: it tells of the past' };
  return presently(integration, incident);
}

/** How long before an integration was made an incident may have opened to be told to it all the same, milliseconds. */
export const FRESH = 60 * 60_000;

/** The rule for what was open when the integration was made (reference integrations-and-sinks 3.6). */
export function matchesBackfill(integration: IntegrationDocument, incident: IncidentDocument): Match {
  if (integration.organizationId !== incident.organizationId || incident.status !== 'open') return undefined;
  const age = millisOf(integration.createdAt) - millisOf(incident.openedAt);
  const wanted = integration.history.at(-1);
  if (age > FRESH || !wanted || !wants(wanted, incident)) return undefined;
  return presently(integration, incident);
}

function wants({ deleted, source, filters }: Wanted, incident: IncidentDocument): boolean {
  return !deleted && source === sourceFor(incident) && matchesFilters(filters, reachOf(incident));
}

function presently(integration: IntegrationDocument, incident: IncidentDocument): Match {
  const { status, history } = integration;
  if (status === 'deleted') return { state: 'suppressed', reason: 'cancelled: the integration was deleted' };
  if (status === 'paused') return { state: 'suppressed', reason: 'the integration is paused' };
  const now = history.at(-1);
  if (now && !wants(now, incident)) return { state: 'suppressed', reason: 'the integration wants it no longer' };
  return { state: 'pending' };
}
