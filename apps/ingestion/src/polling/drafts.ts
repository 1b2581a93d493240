import { type EventType, GossipRound, type GossipRoundPayload, HostSample, MetricPoint } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { type Cluster, type ClusterNode } from '../clusters/cluster.js';
import { namespaceOf } from '../place.js';
import { type Draft } from '../source.js';
import { type Figure } from './figures.js';
import { hostFiguresOf } from './host-figures.js';

/** A round on its way to the log. Whoever writes it again writes it under the same id. */
export function roundDraft({ organizationId }: Cluster, round: GossipRoundPayload): Draft {
  const id = derivedId('gossip-round', organizationId, round.clusterId, round.roundId);
  return { ...draftOf(GossipRound, round, round.at), given: { id } };
}

/** The sample of a node's host, where its figures tell of it and the cluster wants it. */
export function hostDraft(
  cluster: Cluster,
  node: ClusterNode,
  figures: readonly Figure[],
  at: Instant,
): Draft | undefined {
  const host = cluster.polling.hostSamples ? hostFiguresOf(figures) : undefined;
  if (!host) return undefined;
  const { nodeId, physicalCores } = node;
  const payload = {
    clusterId: cluster.clusterId,
    nodeId,
    at,
    ...host,
    ...(physicalCores === undefined ? {} : { physicalCores }),
    basis: 'server-stats' as const,
  };
  const parsed = HostSample.schema.safeParse(payload);
  return parsed.success ? draftOf(HostSample, parsed.data, at) : undefined;
}

/** Figures by the names that the database gives them. */
export function pointDrafts(
  { clusterId }: Cluster,
  { nodeId }: ClusterNode,
  figures: readonly Figure[],
  at: Instant,
): readonly Draft[] {
  return figures.map(({ name, labels, value }) => {
    const namespace =
      name.startsWith('sys-') || name.startsWith('proc-') ? 'host' : namespaceOf(name) || 'eventstoredb';
    const payload = { clusterId, nodeId, at, namespace: namespace, name, value, labels };
    return draftOf(MetricPoint, payload, at);
  });
}

function draftOf<Payload>(type: EventType<string, Payload>, payload: Payload, at: Instant): Draft {
  const { name, version } = type;
  return { index: 0, name, payload, schemaVersion: version, time: at, subject: type.subjectOf(payload) };
}
