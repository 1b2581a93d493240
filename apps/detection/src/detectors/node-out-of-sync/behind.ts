import { type GossipRoundPayload } from '#libs/contracts';
import { roundOf } from '../../gossip/round.js';
import { type Verdicts } from '../../windows/runs.js';

/** By how many bytes each follower is behind the leader, 0 for none; null for a void round. Unknown ones are left out. */
export type Behind = readonly (readonly [nodeId: string, bytes: number])[] | null;

const FOLLOWING: ReadonlySet<string> = new Set(['Follower', 'CatchingUp', 'Clone']);

/**
 * What a round's second read says. Void without it, without a leader, when the leader moved meanwhile, or when its
 * position is unknown.
 */
export function behindIn(payload: GossipRoundPayload, readOnlyReplicas: boolean): Behind {
  const { followUp } = payload;
  const leader = roundOf(payload).leader?.nodeId;
  if (!followUp || leader === undefined || followUp.leaderNodeId !== leader || followUp.leaderWriter < 0) return null;
  const { followers, leaderWriter } = followUp;
  const known = followers.filter(
    ({ nodeId, state, writer }) =>
      nodeId !== leader && writer >= 0 && (FOLLOWING.has(state) || (readOnlyReplicas && state === 'ReadOnlyReplica')),
  );
  return known.map(({ nodeId, writer }) => [nodeId, Math.max(0, leaderWriter - writer)]);
}

export function verdictsOf(behind: Behind): Verdicts {
  return new Map(behind?.map(([nodeId, bytes]) => [nodeId, bytes > 0]));
}

/** Those that are behind. */
export function laggards(behind: Behind): NonNullable<Behind> {
  return behind?.filter(([, bytes]) => bytes > 0) ?? [];
}
