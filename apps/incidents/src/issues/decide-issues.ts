import { type Instant, laterOf, step } from '#libs/core';
import { SOURCE, type Versioned } from '../alerts/decide-turns.js';
import { incidentDecider, type IncidentState } from '../incident/incident.js';
import { incidentEnvelope } from '../incident/incident.envelope.js';
import { type IncidentEnvelope } from '../projections/incidents/incidents.projection.js';
import { incidentIdOf, type Issue } from './issue.js';
import { commandOf } from './issue-incident.js';

/** What the issues of one batch touch, and keys that nobody has: one of each kind for every issue event. */
export interface Touched {
  readonly incidents: ReadonlyMap<string, Versioned<IncidentState>>;
  readonly pks: readonly number[];
  readonly eventPks: readonly number[];
}

/** The map holds what changed. */
export interface Decided {
  readonly events: readonly IncidentEnvelope[];
  readonly incidents: ReadonlyMap<string, { readonly organizationId: string; readonly state: IncidentState }>;
}

/**
 * Decides the issue events of a batch in order. One issue is one incident: whichever of its events comes first opens it,
 * also the one that closes it; from then on the newer ones count, and after the end none.
 */
export function decideIssues(issues: readonly Issue[], touched: Touched, recordedAt: Instant): Decided {
  const events: IncidentEnvelope[] = [];
  const incidents = new Map<string, { organizationId: string; state: IncidentState }>();
  for (const [index, issue] of issues.entries()) {
    const id = incidentIdOf(issue);
    const state = (incidents.get(id) ?? touched.incidents.get(id))?.state;
    const keys = { pk: touched.pks[index]!, eventPk: touched.eventPks[index]! };
    const now = state ? laterOf(recordedAt, state.updatedAt) : recordedAt;
    const next = step(incidentDecider, state, commandOf(issue, state !== undefined, keys, now));
    if (next.events.length === 0) continue;
    const { organizationId } = issue;
    incidents.set(id, { organizationId, state: next.state });
    const { projectId, correlationId, eventId: causationId } = issue.cause;
    const chain = { organizationId, projectId, correlationId, causationId, recordedAt: now, source: SOURCE };
    events.push(...next.events.map((event) => incidentEnvelope(event, chain) as IncidentEnvelope));
  }
  return { events, incidents };
}
