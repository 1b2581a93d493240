import { type EventEnvelope, type TopicNames } from '#libs/contracts';
import { type ProcessorDefinition, type UnitOfWork } from '#libs/runtime';
import { registrationOf } from './cluster.js';
import { removeCluster, upsertCluster } from './sql/clusters.js';

/** Milliseconds between two looks at the log: all events go by, and hardly one is of a cluster. */
const REST = 2_000;
/** Of the records that go by, so that taking them in comes first: 2 % of a core at 4 µs each. */
const MOST_PER_SECOND = 5_000;

/** Keeps the clusters as the log says, whoever registered them, and wherever. */
export function clustersProcessor({ events }: TopicNames): ProcessorDefinition {
  return {
    name: 'ingestion.clusters',
    topic: events,
    restMs: REST,
    mostPerSecond: MOST_PER_SECOND,
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
