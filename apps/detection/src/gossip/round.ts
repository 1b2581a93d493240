import { type GossipRoundPayload } from '#libs/contracts';
import { endpointOf, type Member, membersOf } from './members.js';

/** What one expected node said in a round. */
export interface NodeView {
  readonly nodeId: string;
  readonly endpoint: string;
  /** Absent where the query failed. */
  readonly members?: readonly Member[];
  /** Why it failed. */
  readonly failure?: string;
}

export interface Leader {
  readonly instanceId: string;
  /** Absent where its end point is none of the expected ones. */
  readonly nodeId?: string;
  readonly epoch: number;
}

/** A gossip round as rules read it: one view for each expected node. */
export interface Round {
  readonly nodes: readonly NodeView[];
  readonly answering: readonly Required<Pick<NodeView, 'nodeId' | 'members'>>[];
  /** The instance that a majority of the answering nodes name as a leader that is alive. */
  readonly leader?: Leader;
}

const read = new WeakMap<GossipRoundPayload, Round>();

/** Reads a round; once, however many rules ask. */
export function roundOf(payload: GossipRoundPayload): Round {
  let round = read.get(payload);
  if (!round) read.set(payload, (round = reading(payload)));
  return round;
}

/** The instances that a view names as leaders that are alive. */
export function leadersIn(members: readonly Member[]): readonly Member[] {
  return members.filter(({ state, isAlive, instanceId }) => state === 'Leader' && isAlive && instanceId !== '');
}

function reading({ expected, views }: GossipRoundPayload): Round {
  const nodes = expected.map(({ nodeId, endpoint }): NodeView => {
    const view = views.find((each) => each.nodeId === nodeId);
    const members = view?.ok ? membersOf(view.body) : undefined;
    const own = { nodeId, endpoint: endpointOf(endpoint) };
    return members ? { ...own, members } : { ...own, failure: failureOf(view) };
  });
  const answering = nodes.flatMap(({ nodeId, members }) => (members ? [{ nodeId, members }] : []));
  const leader = leaderOf(nodes, answering);
  return { nodes, answering, ...(leader ? { leader } : {}) };
}

function failureOf(view: GossipRoundPayload['views'][number] | undefined): string {
  if (!view) return 'not asked';
  return (view.error ?? '').slice(0, 200) || (view.ok ? 'no list of members in the answer' : 'no answer');
}

function leaderOf(nodes: readonly NodeView[], answering: Round['answering']): Leader | undefined {
  const named = answering.map(({ members }) => new Map(leadersIn(members).map((each) => [each.instanceId, each])));
  const candidates = [...new Set(named.flatMap((leaders) => [...leaders.keys()]))];
  const elected = candidates.filter((id) => named.filter((leaders) => leaders.has(id)).length * 2 > answering.length);
  const [instanceId] = elected;
  if (instanceId === undefined || elected.length > 1) return undefined;
  const entries = named.flatMap((leaders) => leaders.get(instanceId) ?? []);
  const node = nodes.find(({ endpoint }) => endpoint === entries[0]!.endpoint);
  const epoch = Math.max(...entries.map(({ epochNumber }) => epochNumber));
  return { instanceId, epoch, ...(node ? { nodeId: node.nodeId } : {}) };
}
