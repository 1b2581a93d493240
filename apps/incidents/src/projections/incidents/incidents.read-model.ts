import { derivedId, isUuid } from '#libs/core';
import { type EventEnvelope } from '#libs/contracts';
import { type Received } from '#libs/runtime';
import { type StoreTx } from '#libs/store';
import { type Incident } from '../../incident/incident.js';
import { type EventReadModel, type TableOf } from '../read-model.js';
import { type IncidentEnvelope, incidentsProjection } from './incidents.projection.js';
import { incidentView, timelineView } from './incidents.views.js';
import { copyIncidents, copyTimeline, knownEvents, loadIncidents, updateIncidents } from './incidents.write.js';

/** The id of an incident as its rows have it: ours are UUIDs, other producers may have chosen otherwise. */
export function rowIdOf(incidentId: string): string {
  return isUuid(incidentId) ? incidentId.toLowerCase() : derivedId(incidentId);
}

/** The events of one incident in one batch, and what they make of it. */
export interface IncidentGroup {
  readonly organizationId: string;
  readonly id: string;
  /** In order of sequence; of those that are written, the new ones. */
  readonly events: readonly IncidentEnvelope[];
  readonly before: Incident | undefined;
  readonly after: Incident | undefined;
}

/**
 * Writes a batch of the log: one timeline row an event, one row an incident, whatever it went through meanwhile. In the
 * live generation nearly all of it is there already, written by whoever decided it: events are looked up by their place,
 * and only what is missing is folded. In a generation that is built nothing is there: incidents whose first event is in
 * the batch are copied in as new, and where that meets a row after all (events were published again after a crash), the
 * batch is written once more with everything looked up. The commit does not wait for the disk: rows and checkpoint are
 * lost together, if at all, and the log has them.
 */
export async function applyIncidentEvents(
  batch: readonly Received[],
  tx: StoreTx,
  tableOf: TableOf,
  isLive = false,
): Promise<void> {
  const groups = grouped(batch.map(({ event }) => event));
  await tx.query('set local synchronous_commit = off; savepoint optimistic');
  try {
    if (isLive) await fill(groups, tx, tableOf);
    else
      await write(
        groups,
        groups.filter((group) => !beginsHere(group)),
        tx,
        tableOf,
      );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await tx.query('rollback to savepoint optimistic');
    await fill(groups, tx, tableOf);
  }
}

export const incidentsReadModel: EventReadModel = {
  name: incidentsProjection.name,
  version: incidentsProjection.version,
  views: [incidentView, timelineView],
  from: 'events',
  isInline: true,
  handles: incidentsProjection.handles,
  apply: applyIncidentEvents,
};

/** By incident, in the order in which each is met first. */
export function grouped(events: readonly EventEnvelope[]): IncidentGroup[] {
  const groups = new Map<string, IncidentGroup & { events: IncidentEnvelope[] }>();
  for (const event of events as readonly IncidentEnvelope[]) {
    const organizationId = event.metadata.organizationId.toLowerCase();
    const id = rowIdOf(incidentsProjection.idOf(event));
    const key = organizationId + id;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { organizationId, id, events: [], before: undefined, after: undefined }));
    group.events.push(event);
  }
  return [...groups.values()];
}

function beginsHere({ events }: IncidentGroup): boolean {
  return events[0]?.name === 'IncidentOpened';
}

/** Writes what is missing: events that have no row, and what they make of incidents whose rows do not know them. */
async function fill(groups: readonly IncidentGroup[], tx: StoreTx, tableOf: TableOf): Promise<void> {
  const known = await knownEvents(tx, tableOf(timelineView.name), groups);
  const missing = groups.flatMap((group) => {
    const events = group.events.filter(
      ({ payload }) => !known.has(`${group.organizationId}${group.id}${payload.sequence}`),
    );
    return events.length === 0 ? [] : [{ ...group, events: firstOfEach(events) }];
  });
  if (missing.length > 0) await write(missing, missing, tx, tableOf);
}

function firstOfEach(events: readonly IncidentEnvelope[]): readonly IncidentEnvelope[] {
  const seen = new Set<number>();
  return events.filter(({ payload }) => !seen.has(payload.sequence) && seen.add(payload.sequence));
}

async function write(
  groups: readonly IncidentGroup[],
  toLoad: readonly IncidentGroup[],
  tx: StoreTx,
  tableOf: TableOf,
): Promise<void> {
  const known = await loadIncidents(tx, tableOf(incidentView.name), toLoad);
  const folded = groups.map((group) => foldGroup(group, known.get(group.organizationId + group.id)));
  await writeGroups(folded, tx, tableOf);
}

/** Writes groups that are folded already: their events, and `after` where it is another than `before`. */
export async function writeGroups(groups: readonly IncidentGroup[], tx: StoreTx, tableOf: TableOf): Promise<void> {
  await copyTimeline(tx, tableOf(timelineView.name), groups);
  const table = tableOf(incidentView.name);
  await copyIncidents(
    tx,
    table,
    groups.filter(({ before, after }) => !before && after),
  );
  await updateIncidents(
    tx,
    table,
    groups.filter(({ before, events }) => before && events.length > 0),
  );
}

/** What belongs to no known incident leaves no trace. */
function foldGroup(group: IncidentGroup, before: Incident | undefined): IncidentGroup {
  const events: IncidentEnvelope[] = [];
  let after = before;
  for (const event of group.events) {
    after = incidentsProjection.evolve(after, event);
    if (after) events.push(event);
  }
  return { ...group, events, before, after };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
