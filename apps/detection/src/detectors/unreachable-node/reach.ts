import { type GossipRoundPayload } from '#libs/contracts';
import { roundOf } from '../../gossip/round.js';
import { type Verdicts } from '../../windows/runs.js';

/** Who does not reach whom in one round. */
export interface Reach {
  readonly nodes: readonly string[];
  /** Nodes that could not be asked: of their pairs nothing is known. */
  readonly silent: readonly string[];
  /** Pairs (observer, target) in which the observer says that the target is dead, or does not know it. */
  readonly bad: readonly (readonly [observer: string, target: string])[];
}

export function reachIn(payload: GossipRoundPayload): Reach {
  const { nodes } = roundOf(payload);
  const bad = nodes.flatMap(({ nodeId: observer, members }) => {
    if (!members) return [];
    const alive = new Set(members.filter(({ isAlive }) => isAlive).map(({ endpoint }) => endpoint));
    const lost = nodes.filter(({ nodeId, endpoint }) => nodeId !== observer && !alive.has(endpoint));
    return lost.map(({ nodeId }) => [observer, nodeId] as const);
  });
  const silent = nodes.filter(({ members }) => !members).map(({ nodeId }) => nodeId);
  return { nodes: nodes.map(({ nodeId }) => nodeId), silent, bad };
}

/** Name of a pair. */
export function pairOf(observer: string, target: string): string {
  return JSON.stringify([observer, target]);
}

/** What a round says of each pair that something is known of. */
export function verdictsOf({ nodes, silent, bad }: Reach): Verdicts {
  const known = nodes.filter((observer) => !silent.includes(observer));
  const verdicts = new Map<string, boolean>();
  for (const observer of known) {
    for (const target of nodes) if (target !== observer) verdicts.set(pairOf(observer, target), false);
  }
  for (const [observer, target] of bad) verdicts.set(pairOf(observer, target), true);
  return verdicts;
}

/** The observers that do not reach `target`. */
export function observersOf({ bad }: Reach, target: string): readonly string[] {
  return bad.filter((pair) => pair[1] === target).map(([observer]) => observer);
}

/** Whether something is known of a pair to `target`. */
export function knows({ nodes, silent }: Reach, target: string): boolean {
  return nodes.includes(target) && nodes.some((observer) => observer !== target && !silent.includes(observer));
}
