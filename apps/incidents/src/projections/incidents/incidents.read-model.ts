import { derivedId, isUuid } from '#libs/core';
import { type Received } from '#libs/runtime';
import { type StoreTx } from '#libs/store';
import { type EventReadModel, type TableOf } from '../read-model.js';
import { type IncidentDocument, type IncidentEnvelope, incidentsProjection } from './incidents.projection.js';
import { incidentView, timelineView } from './incidents.views.js';
import { copyIncidents, copyTimeline, loadDocuments, updateIncidents } from './incidents.write.js';

/** The id of an incident as its rows have it: ours are UUIDs, other producers may have chosen otherwise. */
export function rowIdOf(incidentId: string): string {
  return isUuid(incidentId) ? incidentId.toLowerCase() : derivedId(incidentId);
}

/** The events of one incident in one batch, and what they make of its document. */
export interface IncidentGroup {
  readonly organizationId: string;
  readonly id: string;
  /** New events in order of sequence. */
  events: IncidentEnvelope[];
  before: IncidentDocument | undefined;
  after: IncidentDocument | undefined;
}

/**
 * Writes a batch: one timeline row an event, one row an incident, whatever it went through meanwhile. Incidents whose
 * first event is in the batch are not looked up: they are copied in as new. Where that meets a row after all (events
 * were published again after a crash), the batch is written once more with every incident looked up. The commit does not
 * wait for the disk: rows and checkpoint are lost together, if at all, and the log has them.
 */
export async function applyIncidentEvents(batch: readonly Received[], tx: StoreTx, tableOf: TableOf): Promise<void> {
  const groups = grouped(batch);
  await tx.query('set local synchronous_commit = off; savepoint optimistic');
  try {
    await write(
      groups,
      groups.filter((group) => !beginsHere(group)),
      tx,
      tableOf,
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await tx.query('rollback to savepoint optimistic');
    await write(groups, groups, tx, tableOf);
  }
}

export const incidentsReadModel: EventReadModel = {
  name: incidentsProjection.name,
  version: incidentsProjection.version,
  views: [incidentView, timelineView],
  from: 'events',
  handles: incidentsProjection.handles,
  apply: applyIncidentEvents,
};

function grouped(batch: readonly Received[]): IncidentGroup[] {
  const groups = new Map<string, IncidentGroup>();
  for (const { event } of batch) {
    const organizationId = event.metadata.organizationId.toLowerCase();
    const id = rowIdOf(incidentsProjection.idOf(event as IncidentEnvelope));
    const key = organizationId + id;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { organizationId, id, events: [], before: undefined, after: undefined }));
    group.events.push(event as IncidentEnvelope);
  }
  return [...groups.values()];
}

function beginsHere({ events }: IncidentGroup): boolean {
  return events[0]?.name === 'IncidentOpened';
}

async function write(
  groups: readonly IncidentGroup[],
  toLoad: readonly IncidentGroup[],
  tx: StoreTx,
  tableOf: TableOf,
): Promise<void> {
  const known = await loadDocuments(tx, tableOf(incidentView.name), toLoad);
  const folded = groups.map((group) => foldGroup(group, known.get(group.organizationId + group.id)));
  const changed = folded.filter((group) => group.after !== group.before);
  await copyTimeline(tx, tableOf(timelineView.name), changed);
  await copyIncidents(
    tx,
    tableOf(incidentView.name),
    changed.filter(({ before }) => !before),
  );
  await updateIncidents(
    tx,
    tableOf(incidentView.name),
    changed.filter(({ before }) => before),
  );
}

function foldGroup(group: IncidentGroup, before: IncidentDocument | undefined): IncidentGroup {
  const events: IncidentEnvelope[] = [];
  let after = before;
  for (const event of group.events) {
    const next = incidentsProjection.evolve(after, event);
    if (next !== after) events.push(event);
    after = next;
  }
  return { ...group, events, before, after };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
