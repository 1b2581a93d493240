import {
  type ClusterRemoved,
  type DetectorConfigured,
  type EventEnvelope,
  type PayloadOf,
  type TopicNames,
} from '#libs/contracts';
import { type Clock, millisOf } from '#libs/core';
import { type ProcessorDefinition, type Received, type UnitOfWork } from '#libs/runtime';
import { type Cell } from './cell/cell.js';
import { decideRemoval } from './cell/decide-time.js';
import { severityOf } from './rules.js';
import { type ChangedCell, loadCluster, saveCells } from './sql/cells.js';
import { changeControl, forgetIdleTurns, saveSettings, saveTurn } from './sql/control.js';

export const CONTROL = 'detection.control';
const PASSED_MS = 3_600_000;

/**
 * Keeps what the log says of clusters and settings. A removed cluster's issues close; those that are told later of the
 * time before, by the sweep of its samples.
 */
export function controlProcessor({ topics, clock }: { topics: TopicNames; clock: Clock }): ProcessorDefinition {
  return {
    name: CONTROL,
    topic: topics.events,
    handles: new Set(['ClusterRegistered', 'ClusterRemoved', 'DetectorConfigured']),
    apply: async (batch, unit) => {
      await changeControl(unit.tx);
      for (const received of batch) await one(received, unit, clock);
    },
  };
}

async function one({ event }: Received, unit: UnitOfWork, clock: Clock): Promise<void> {
  switch (event.name) {
    case 'ClusterRegistered': {
      const turn = { at: event.metadata.time, removed: false, eventId: event.metadata.id };
      await saveTurn(unit.tx, clusterOf(event), turn);
      return forgetIdleTurns(unit.tx, clusterOf(event));
    }
    case 'ClusterRemoved':
      return removed(event, unit, clock);
    default: {
      const {
        detector,
        clusterId = '',
        settings,
        revision,
        effectiveFrom,
      } = event.payload as PayloadOf<typeof DetectorConfigured>;
      const organizationId = organizationOf(event);
      await saveSettings(unit.tx, { organizationId, detector, clusterId, settings, revision, effectiveFrom });
    }
  }
}

async function removed(event: EventEnvelope, unit: UnitOfWork, clock: Clock): Promise<void> {
  const { removedAt: at = event.metadata.time } = event.payload as PayloadOf<typeof ClusterRemoved>;
  const cluster = clusterOf(event);
  const eventId = event.metadata.id;
  await saveTurn(unit.tx, cluster, { at, removed: true, eventId });
  const removal = { at: millisOf(at), removed: true, eventId };
  const changed: ChangedCell[] = [];
  for (const { name, version, cell, logPartition } of await loadCluster(unit.tx, cluster)) {
    if (!isNews(cell, removal.at)) continue;
    const told = decideRemoval(cell, name, removal, severityOf, clock.now());
    changed.push({ name, version, cell: told.cell, logPartition, dueAt: undefined });
    for (const each of told.events) unit.emit(each);
  }
  await saveCells(unit.tx, changed);
}

/** Not reckoned with yet, and not of a time that samples of a later life have passed by an hour or more. */
function isNews({ removed = Number.NEGATIVE_INFINITY, intake }: Cell, at: number): boolean {
  const newest = Math.max(...Object.values(intake).map((each) => each.newest));
  return at > removed && newest - at < PASSED_MS;
}

function clusterOf(event: EventEnvelope): { organizationId: string; clusterId: string } {
  const { clusterId } = event.payload as { clusterId: string };
  return { organizationId: organizationOf(event), clusterId: clusterId.toWellFormed() };
}

function organizationOf({ metadata }: EventEnvelope): string {
  return metadata.organizationId.toLowerCase();
}
