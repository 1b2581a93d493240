import { instantOfMillis } from '#libs/core';
import { type PostedSample } from './decide-all.js';

/** For specs: times are seconds after this. */
export const START = Date.UTC(2026, 10, 20, 9);

export const at = (seconds: number): string => instantOfMillis(START + seconds * 1000);

const GIB = 2 ** 30;

export interface HostFigures {
  readonly load?: number;
  readonly cores?: number;
  /** Percent of 1,000 GiB and of 100 GiB. */
  readonly disk?: number;
  readonly memory?: number;
  readonly nodeId?: string;
  readonly clusterId?: string;
}

/** One host sample; what is not said is calm. */
export function host(seconds: number, figures: HostFigures = {}): PostedSample {
  const { load = 1, cores = 4, disk = 40, memory = 50, nodeId = 'n1', clusterId = 'c1' } = figures;
  return {
    kind: 'HostSample',
    clusterId,
    nodeId,
    at: at(seconds),
    load: { m1: load, m5: load, m15: load },
    physicalCores: cores,
    logicalCores: cores * 2,
    memory: { totalBytes: 100 * GIB, availableBytes: (100 - memory) * GIB },
    disks: [
      { mount: '/', isDatabase: false, totalBytes: 10 * GIB, usedBytes: 10 * GIB },
      { mount: '/data', isDatabase: true, totalBytes: 1000 * GIB, usedBytes: 10 * disk * GIB },
    ],
    basis: 'host-agent',
  };
}

/** How one node sees another: absent where it does not know it. */
export interface Seen {
  readonly state?: string;
  readonly alive?: boolean;
  readonly instance?: string;
  readonly epoch?: number;
  readonly writer?: number;
}

export interface RoundPlan {
  readonly nodes?: readonly string[];
  /** The node that all name as leader; null for none. */
  readonly leader?: string | null;
  /** Instance of that leader; its process, by its node, unless said otherwise. */
  readonly instance?: string;
  readonly epoch?: number;
  /** Nodes that do not answer. */
  readonly silent?: readonly string[];
  /** What an observer sees otherwise, by observer and target; null for a member it does not know. */
  readonly differs?: Readonly<Record<string, Readonly<Record<string, Seen | null>>>>;
  readonly followUp?: object | null;
  readonly clusterId?: string;
  readonly roundId?: string;
  /** By how many bytes each follower is behind at the second read. */
  readonly behind?: Readonly<Record<string, number>>;
}

const WRITER = 41_800_446;

/** One gossip round of a healthy cluster of three, but for what the plan says. */
export function gossip(seconds: number, plan: RoundPlan = {}): PostedSample {
  const { nodes = ['n0', 'n1', 'n2'], leader = 'n0', silent = [], clusterId = 'c1' } = plan;
  const views = nodes.map((nodeId) => ({
    nodeId,
    endpoint: endpointOf(nodeId),
    startedAt: at(seconds),
    durationMs: 12,
    ...(silent.includes(nodeId) ? { ok: false, error: 'time-out' } : { ok: true, body: bodyOf(nodeId, nodes, plan) }),
  }));
  const followUp = plan.followUp === undefined ? followUpOf(seconds, nodes, leader, plan) : plan.followUp;
  return {
    kind: 'GossipRound',
    clusterId,
    roundId: plan.roundId ?? `r${seconds}`,
    at: at(seconds),
    expected: nodes.map((nodeId) => ({ nodeId, endpoint: endpointOf(nodeId) })),
    views,
    ...(followUp ? { followUp } : {}),
  };
}

function endpointOf(nodeId: string): string {
  return `${nodeId}.example:2113`;
}

function bodyOf(observer: string, nodes: readonly string[], plan: RoundPlan): object {
  const members = nodes.flatMap((target) => {
    const differs = plan.differs?.[observer]?.[target];
    return differs === null ? [] : [memberOf(target, plan, differs ?? {})];
  });
  return {
    members: observer === 'n1' ? members.reverse() : members,
    serverIp: `${observer}.example`,
    serverPort: 2113,
  };
}

function memberOf(nodeId: string, { leader = 'n0', instance, epoch = 10 }: RoundPlan, seen: Seen): object {
  const leads = nodeId === leader;
  return {
    instanceId: seen.instance ?? (leads && instance !== undefined ? instance : `instance-${nodeId}`),
    timeStamp: '2026-11-20T09:12:31.4471825Z',
    state: seen.state ?? (leads ? 'Leader' : 'Follower'),
    isAlive: seen.alive ?? true,
    httpEndPointIp: `${nodeId}.example`,
    httpEndPointPort: 2113,
    writerCheckpoint: seen.writer ?? WRITER,
    epochNumber: seen.epoch ?? epoch,
    epochId: `epoch-${epoch}`,
    nodePriority: 0,
    isReadOnlyReplica: false,
  };
}

function followUpOf(
  seconds: number,
  nodes: readonly string[],
  leader: string | null,
  { silent = [], behind = {} }: RoundPlan,
): object | undefined {
  if (leader === null || silent.includes(leader)) return undefined;
  const followers = nodes
    .filter((nodeId) => nodeId !== leader && !silent.includes(nodeId))
    .map((nodeId) => ({ nodeId, writer: WRITER - (behind[nodeId] ?? 0), state: 'Follower' }));
  return { startedAt: at(seconds + 2), leaderNodeId: leader, leaderWriter: WRITER, followers };
}

/** Seconds from `first` to `last`, every `step`. */
export function every(step: number, first: number, last: number): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}
