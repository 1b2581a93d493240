import { type EventEnvelope, type TopicNames } from '#libs/contracts';
import { type ProcessorDefinition, type UnitOfWork } from '#libs/runtime';
import { registrationOf } from './cluster.js';
import { removeCluster, upsertCluster } from './sql/clusters.js';

/** Milliseconds between two looks at the log: all events go by, and hardly one is of a cluster. */
const REST = 2_000;
/** Records a second that are looked at while the process is busy taking them in, and while it is not. */
const WHILE_BUSY = 500;
const WHILE_IDLE = 20_000;
/** Share of its time from which a process counts as busy. */
const BUSY = 0.3;

/** Keeps the clusters as the log says, whoever registered them, and wherever. */
export function clustersProcessor({ events }: TopicNames): ProcessorDefinition {
  return {
    name: 'ingestion.clusters',
    topic: events,
    restMs: REST,
    mostPerSecond: paceOfRest(),
    handles: new Set(['ClusterRegistered', 'ClusterRemoved']),
    apply: async (batch, unit) => {
      for (const { event } of batch) await one(event, unit);
    },
  };
}

async function one({ name, payload, metadata }: EventEnvelope, { tx }: UnitOfWork): Promise<void> {
  const { organizationId, projectId, recordedAt } = metadata;
  if (name === 'ClusterRemoved') {
    const { clusterId } = payload as { clusterId: string };
    await removeCluster(tx, organizationId, clusterId.toWellFormed(), recordedAt);
    return;
  }
  const registration = registrationOf(payload);
  if (!registration) return;
  const clusterId = registration.clusterId.toWellFormed();
  await upsertCluster(tx, { ...registration, clusterId, organizationId, projectId }, recordedAt);
}

/** Few records while there is much to do, many while there is not: what is registered on the log may come a while later. */
function paceOfRest(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization > BUSY ? WHILE_BUSY : WHILE_IDLE;
  };
}
