import { setTimeout as pause } from 'node:timers/promises';
import { type GossipRoundPayload } from '#libs/contracts';
import { type Clock, derivedId, type Instant } from '#libs/core';
import { type Cluster, type ClusterNode } from '../clusters/cluster.js';
import { type Draft } from '../source.js';
import { hostDraft, pointDrafts, roundDraft } from './drafts.js';
import { type Figure, figuresOfMetrics, figuresOfStats } from './figures.js';
import { type FollowUp, followUpOf, leaderOf, membersOf, onlyDiffer, type View } from './gossip.js';
import { type Answer, type Asked } from './node-client.js';

/** What a poll works with. */
export interface PollGround {
  readonly ask: (asked: Asked, stop: AbortSignal) => Promise<Answer>;
  /** Writes to the telemetry topic; what cannot be written is counted there and lost. */
  readonly write: (drafts: readonly Draft[], cluster: Cluster) => Promise<void>;
  readonly authorizationOf: (cluster: Cluster) => string | undefined;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Milliseconds between the leader's position and the followers' (reference integrations-and-sinks 2.3, 7). */
  readonly followUpAfter: number;
  /** Milliseconds until views that only differ are read again (2.3, 4). */
  readonly againAfter: number;
}

const MAX_GOSSIP = 256 * 1024;
const MAX_FIGURES = 2 * 1024 * 1024;

/**
 * One gossip round of a cluster: every node at once, then, 2 s later, each follower's own position. Where all answered
 * and only their views differ, another round follows about 5 s after.
 */
export async function pollGossip(cluster: Cluster, roundId: string, ground: PollGround, again = false): Promise<void> {
  const { clock, stop, againAfter } = ground;
  const at = clock.now();
  const began = performance.now();
  const views = await askAll(cluster, cluster.nodes, ground);
  const followUp = await readFollowers(cluster, views, began, ground);
  if (stop.aborted) return;
  const { clusterId, nodes } = cluster;
  const expected = nodes.map(({ nodeId, endpoint }) => ({ nodeId, endpoint }));
  const round: GossipRoundPayload = { clusterId, roundId, at, expected, views, ...(followUp ? { followUp } : {}) };
  await ground.write([roundDraft(cluster, round)], cluster);
  if (again || !onlyDiffer(views)) return;
  await waited(began + againAfter - performance.now(), stop);
  if (!stop.aborted) await pollGossip(cluster, derivedId('again', roundId), ground, true);
}

async function readFollowers(
  cluster: Cluster,
  views: readonly View[],
  began: number,
  ground: PollGround,
): Promise<FollowUp | undefined> {
  const leader = leaderOf(views);
  const others = cluster.nodes.filter(({ nodeId }) => nodeId !== leader?.nodeId);
  if (!leader || others.length === 0) return undefined;
  const lasted = Math.max(0, ...views.map(({ durationMs }) => durationMs));
  await waited(began + lasted + ground.followUpAfter - performance.now(), ground.stop);
  const startedAt = ground.clock.now();
  return followUpOf(startedAt, leader, await askAll(cluster, others, ground));
}

function askAll(cluster: Cluster, nodes: readonly ClusterNode[], ground: PollGround): Promise<View[]> {
  return Promise.all(nodes.map((node) => askGossip(cluster, node, ground)));
}

/** Only gossip is kept of an answer: whatever else listens there is nobody's to read. */
async function askGossip(cluster: Cluster, { nodeId, endpoint }: ClusterNode, ground: PollGround): Promise<View> {
  const startedAt = ground.clock.now();
  const began = performance.now();
  const authorization = ground.authorizationOf(cluster);
  const answer = await ground.ask({ cluster, endpoint, path: '/gossip', most: MAX_GOSSIP, authorization }, ground.stop);
  const durationMs = Math.round(performance.now() - began);
  const asked = { nodeId, endpoint, startedAt, durationMs };
  if (!answer.ok) return { ...asked, ok: false, error: answer.error };
  const body = jsonOf(answer.text);
  if (body === undefined) return { ...asked, ok: false, error: 'the answer is not JSON' };
  return membersOf(body) ? { ...asked, ok: true, body } : { ...asked, ok: true };
}

/** Reads the figures of each node; `points` says whether they become metric points too, besides the sample of the host. */
export async function pollFigures(cluster: Cluster, points: boolean, ground: PollGround): Promise<void> {
  const drafts = await Promise.all(cluster.nodes.map((node) => figuresOfNode(cluster, node, points, ground)));
  if (!ground.stop.aborted) await ground.write(drafts.flat(), cluster);
}

async function figuresOfNode(
  cluster: Cluster,
  node: ClusterNode,
  points: boolean,
  ground: PollGround,
): Promise<readonly Draft[]> {
  const at: Instant = ground.clock.now();
  const figures = await readFigures(cluster, node, ground);
  const host = hostDraft(cluster, node, figures, at);
  return [...(host ? [host] : []), ...(points ? pointDrafts(cluster, node, figures, at) : [])];
}

/** Older versions have no `/metrics`: their statistics are read instead. */
async function readFigures(
  cluster: Cluster,
  { endpoint }: ClusterNode,
  ground: PollGround,
): Promise<readonly Figure[]> {
  const authorization = ground.authorizationOf(cluster);
  const ask = (path: string): Promise<Answer> =>
    ground.ask({ cluster, endpoint, path, most: MAX_FIGURES, authorization }, ground.stop);
  if (cluster.polling.scrape === 'metrics') {
    const metrics = await ask('/metrics');
    if (metrics.ok) return figuresOfMetrics(metrics.text);
    if (!metrics.error.startsWith('status 4')) return [];
  }
  const stats = await ask('/stats?group=false');
  return stats.ok ? figuresOfStats(jsonOf(stats.text)) : [];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(Math.max(0, milliseconds), undefined, { signal }).catch(() => undefined);
}
