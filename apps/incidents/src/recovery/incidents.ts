import { isUuid } from '#libs/core';
import { type Received } from '#libs/runtime';
import { type Tx } from '#libs/store';
import { type LoadedIncident } from '../commands/decide-tasks.js';
import { sourceKeyOf } from '../commands/task.js';
import { BY_COMMAND } from '../incident/incident.commands.js';
import { incidentDecider, type IncidentState } from '../incident/incident.js';
import { eventOf, type IncidentEnvelope, incidentsProjection } from '../projections/incidents/incidents.projection.js';
import { saveIncidents } from '../sql/save-incidents.js';

export const INCIDENT_EVENTS: ReadonlySet<string> = incidentsProjection.handles;

/** Folds the incident events of a batch onto the states that are there. Those of other producers are nobody's state. */
export async function recoverIncidents(tx: Tx, batch: readonly Received[]): Promise<void> {
  const events = batch
    .filter(({ event }) => INCIDENT_EVENTS.has(event.name))
    .map(({ event }) => event as IncidentEnvelope)
    .filter(({ payload }) => isUuid(payload.incidentId));
  if (events.length === 0) return;
  const ids = [...new Set(events.map(({ payload }) => payload.incidentId.toLowerCase()))];
  const { rows } = await tx.query<LoadedIncident>(
    `select incident_id as "incidentId", organization_id as "organizationId", source_key as "sourceKey", version, state
     from incident where incident_id = any($1::uuid[])`,
    [ids],
  );
  const states = new Map(rows.map((row) => [row.incidentId, row]));
  for (const event of events) {
    const incidentId = event.payload.incidentId.toLowerCase();
    const before = states.get(incidentId);
    const state = evolved(before?.state, event);
    if (!state || state === before?.state) continue;
    const organizationId = event.metadata.organizationId.toLowerCase();
    const version = before?.version ?? 0;
    states.set(incidentId, { incidentId, organizationId, sourceKey: keyOf(state), version, state });
  }
  await saveIncidents(tx, [...states.values()]);
}

function evolved(state: IncidentState, event: IncidentEnvelope): IncidentState {
  if (state && event.payload.sequence <= state.sequence) return state;
  return incidentDecider.evolve(state, eventOf(event));
}

/** As the command had it that opened it. Incidents of alerts and issues have none, nor do deleted ones. */
function keyOf({ origin, source, sourceIncidentId, deletedAt }: NonNullable<IncidentState>): string | null {
  if (!BY_COMMAND.has(origin) || source.pk === undefined || sourceIncidentId === '' || deletedAt) return null;
  return sourceKeyOf(source.pk, sourceIncidentId);
}

/** Keys go on after the highest that there is; `eventPk` is that of events. */
export async function restoreSequences(tx: Tx, eventPk: number): Promise<void> {
  await tx.query(`select setval('incident_pk', max(pk)) from incident having max(pk) is not null`);
  if (eventPk > 0) await tx.query(`select setval('incident_event_pk', $1)`, [eventPk]);
}
