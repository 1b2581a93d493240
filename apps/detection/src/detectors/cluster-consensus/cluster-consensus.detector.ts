import { type GossipRoundPayload } from '#libs/contracts';
import { type Detection, defineDetector, type Sample } from '../../detector.js';
import { normalised } from '../../gossip/members.js';
import { leadersIn, type NodeView, roundOf } from '../../gossip/round.js';
import { type Episode, turn } from '../../windows/episode.js';
import { LATE_MS, type Point, withPoint } from '../../windows/points.js';

/** `failed`: a query failed; `differ`: all answered, not alike. */
type Outcome = 'good' | 'differ' | 'failed';

interface State {
  readonly rounds: readonly Point<Outcome>[];
  readonly episode: Episode;
}

/** Reference integrations-and-sinks 2.3, rule 4. Subject: the cluster. */
export const clusterConsensus = defineDetector({
  name: 'cluster-consensus',
  version: 1,
  says: 'A node does not answer for its view of the cluster, or the views of the nodes differ.',
  severity: 'critical',
  reads: new Set(['GossipRound']),
  settings: { differingRounds: 2 },
  detect(state: State | undefined, sample: Sample<GossipRoundPayload>, settings): Detection<State> {
    const { clusterId } = sample.payload;
    const { nodes } = roundOf(sample.payload);
    const failed = nodes.filter(({ members }) => !members).map(({ nodeId }) => nodeId);
    const views = new Set(nodes.flatMap(({ members }) => (members ? [normalised(members)] : []))).size;
    const outcome: Outcome = failed.length > 0 ? 'failed' : views > 1 ? 'differ' : 'good';
    const rounds = kept(state?.rounds ?? [], [sample.at, outcome], sample.now, settings.differingRounds);
    const bad = rounds.slice(rounds.findLastIndex(([, each]) => each === 'good') + 1);
    const { episode, kind } = turn(state?.episode ?? {}, sample, {
      opens: outcome === 'failed' || (outcome === 'differ' && bad.length >= settings.differingRounds),
      closes: outcome === 'good',
      holds: rounds.at(-1)![1] !== 'good',
    });
    if (!kind) return { state: { rounds, episode }, findings: [] };
    const closed = kind === 'closed';
    const finding = {
      kind,
      subject: clusterId,
      title: `Nodes of cluster ${clusterId} ${closed ? 'agree again' : 'do not agree on the state of the cluster'}`,
      message: closed
        ? `All ${nodes.length} nodes of cluster ${clusterId} answer, and say the same of it.`
        : `Cluster ${clusterId}: ${nodes.slice(0, 10).map(saying).join('; ')}. ` +
          'Check that each node runs and that the network between them works; restart a node that does not recover.',
      observed: { nodes: nodes.length, failed, views, outcome },
      threshold: { differingRounds: settings.differingRounds },
      window: { start: bad[0]?.[0] ?? sample.at, samples: bad.length, missing: 0 },
    };
    return { state: { rounds, episode }, findings: [finding] };
  },
});

/** Those that a late one may still come before, and as many as may have to be bad in a row. */
function kept(rounds: State['rounds'], next: Point<Outcome>, now: number, last: number): State['rounds'] {
  const all = withPoint(rounds, next, Number.NEGATIVE_INFINITY);
  return all.filter(([at], index) => at >= now - LATE_MS || index >= all.length - last);
}

/** Which node said what. */
function saying({ nodeId, members, failure }: NodeView): string {
  if (!members) return `${nodeId} does not answer (${failure})`;
  const alive = members.filter(({ isAlive }) => isAlive).length;
  const leaders = leadersIn(members).map(({ endpoint }) => endpoint);
  const led = leaders.length === 0 ? 'no leader' : `leader ${leaders.join(' and ')}`;
  return `${nodeId} sees ${alive} of ${members.length} members alive, ${led}`;
}
