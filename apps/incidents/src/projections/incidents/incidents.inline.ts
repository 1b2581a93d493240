import { type EventEnvelope, eventType } from '#libs/contracts';
import { prepared, type Tx } from '#libs/store';
import { type Incident } from '../../incident/incident.js';
import { liveTables } from '../../rebuild/writers.js';
import { type TableOf } from '../read-model.js';
import { eventPkOf } from './incidents.events.js';
import { type IncidentEnvelope, timelineEntryOf } from './incidents.projection.js';
import { incidentsReadModel, rowIdOf } from './incidents.read-model.js';
import { incidentColumns } from './incidents.rows.js';
import { incidentView, timelineView } from './incidents.views.js';
import { saidOf, UPDATED } from './incidents.write.js';

/** An incident that was decided: as it is now, and the events that it had not before. */
export interface DecidedIncident {
  readonly organizationId: string;
  readonly incident: Incident;
  readonly events: readonly IncidentEnvelope[];
}

/** Writes incidents and their events into the active generation of the read model. Writers call it after the states. */
export async function showDecided(
  tx: Tx,
  { incidents, events }: { readonly incidents: DecidedStates; readonly events: readonly EventEnvelope[] },
): Promise<void> {
  if (incidents.size === 0) return;
  const tableOf = await liveTables(tx, incidentsReadModel);
  if (!tableOf) return;
  const byIncident = new Map<string, IncidentEnvelope[]>([...incidents.keys()].map((id) => [id, []]));
  for (const event of events as readonly IncidentEnvelope[]) byIncident.get(event.payload.incidentId)?.push(event);
  const decided = [...incidents].map(([id, { organizationId, state }]) => ({
    organizationId,
    incident: state!,
    events: byIncident.get(id)!,
  }));
  await writeInline(tx, tableOf, decided);
}

type DecidedStates = ReadonlyMap<string, { readonly organizationId: string; readonly state: Incident | undefined }>;

/**
 * Writes what was decided into the read model, in the very transaction that decides it: every read shows it from the
 * commit on. A row that knows as much or more already (the log came first, after a restored backup) is left alone.
 */
export async function writeInline(tx: Tx, tableOf: TableOf, all: readonly DecidedIncident[]): Promise<void> {
  const decided = all.filter(({ events }) => events.length > 0);
  if (decided.length === 0) return;
  const rows = decided.map(({ organizationId, incident, events }) =>
    incidentColumns(organizationId.toLowerCase(), rowIdOf(incident.incidentId), incident, saidOf(events)),
  );
  const entries = decided.flatMap(({ organizationId, events }) =>
    events.map((event) => entryColumns(organizationId.toLowerCase(), event)),
  );
  const sql = writeSql(tableOf(incidentView.name), tableOf(timelineView.name));
  await tx.query(sql, [JSON.stringify(rows.sort(byId)), JSON.stringify(entries)]);
}

/** Two writers take their rows in one order. */
function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

function entryColumns(organizationId: string, event: IncidentEnvelope) {
  const entry = timelineEntryOf(asRead(event));
  return {
    organization_id: organizationId,
    id: rowIdOf(event.payload.incidentId),
    sequence: entry.sequence,
    time: entry.time,
    recorded_at: entry.recordedAt,
    event_pk: eventPkOf(event) ?? null,
    document: JSON.stringify(entry),
  };
}

/** The event as a reader of the log gets it, down to the order of its keys: a rebuilt row has to be the same, byte for byte. */
function asRead(event: IncidentEnvelope): IncidentEnvelope {
  return { ...event, payload: eventType(event.name)!.schema.parse(event.payload) } as IncidentEnvelope;
}

function writeSql(incidents: string, timeline: string): string {
  const columns = UPDATED.map((column) => `${column} = excluded.${column}`).join(', ');
  return prepared(`
    with written as (
      insert into ${incidents} as kept select * from json_populate_recordset(null::${incidents}, $1)
      on conflict (organization_id, id) do update set ${columns}, search = kept.search || excluded.search,
        happened_at = greatest(kept.happened_at, excluded.happened_at)
      where kept.sequence < excluded.sequence
    )
    insert into ${timeline} select * from json_populate_recordset(null::${timeline}, $2) on conflict do nothing`);
}
