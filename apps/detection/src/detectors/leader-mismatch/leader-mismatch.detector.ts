import { type GossipRoundPayload } from '#libs/contracts';
import { type Detection, defineDetector, type Sample } from '../../detector.js';
import { leadersIn, type Round, roundOf } from '../../gossip/round.js';
import { duration } from '../../issues/words.js';
import { type Episode, openFor, turn } from '../../windows/episode.js';
import { LATE_MS, type Point, since, withPoint } from '../../windows/points.js';

/** The instances that the answering nodes of a round name as leader. */
type Named = readonly string[];

interface State {
  readonly rounds: readonly Point<Named>[];
  readonly episode: Episode;
}

/** Reference integrations-and-sinks 2.3, rule 6. Subject: the cluster. */
export const leaderMismatch = defineDetector({
  name: 'leader-mismatch',
  version: 1,
  says: 'The nodes of a cluster name different leaders.',
  severity: 'critical',
  reads: new Set(['GossipRound']),
  settings: { minRounds: 2, windowSeconds: 180, agreementSeconds: 60 },
  detect(state: State | undefined, sample: Sample<GossipRoundPayload>, settings): Detection<State> {
    const { clusterId } = sample.payload;
    const { now, at } = sample;
    const round = roundOf(sample.payload);
    const { windowSeconds, agreementSeconds, minRounds } = settings;
    const longest = Math.max(LATE_MS, windowSeconds * 1000, agreementSeconds * 1000);
    const rounds = withPoint(state?.rounds ?? [], [at, namedIn(round)], now - longest);
    const before = state?.episode ?? {};
    const start = now - windowSeconds * 1000;
    const counting = since(rounds, Math.max(start, before.turned ?? start));
    const mismatches = counting.filter(([, named]) => named.length > 1).length;
    const agreed = since(rounds, now - agreementSeconds * 1000);
    const { episode, kind } = turn(before, sample, {
      opens: mismatches > 0 && mismatches >= (minRounds === 0 ? Math.max(2, counting.length) : minRounds),
      closes: openFor(before, agreementSeconds, now) && agreed.length >= 2 && allNameOne(agreed),
      holds: rounds.at(-1)![1].length > 1,
    });
    if (!kind) return { state: { rounds, episode }, findings: [] };
    const closed = kind === 'closed';
    const finding = {
      kind,
      subject: clusterId,
      title: `Nodes of cluster ${clusterId} ${closed ? 'name one leader again' : 'name different leaders'}`,
      message: closed
        ? `All answering nodes of cluster ${clusterId} have named the same leader for ${duration(agreementSeconds)}.`
        : `Cluster ${clusterId}: ${saying(round)}. Two leaders mean a split network: check the connections between the ` +
          'nodes, and resign or restart the leader that the majority does not name.',
      observed: { leaders: rounds.at(-1)![1], mismatches },
      threshold: { minRounds, windowSeconds },
      window: { start, samples: since(rounds, start).length, missing: 0 },
    };
    return { state: { rounds, episode }, findings: [finding] };
  },
});

function namedIn({ answering }: Round): Named {
  return [
    ...new Set(answering.flatMap(({ members }) => leadersIn(members).map(({ instanceId }) => instanceId))),
  ].sort();
}

function allNameOne(rounds: State['rounds']): boolean {
  const leader = rounds[0]?.[1][0];
  return rounds.every(([, named]) => named.length === 1 && named[0] === leader);
}

/** Which node names whom. */
function saying({ answering }: Round): string {
  return answering
    .slice(0, 10)
    .map(({ nodeId, members }) => {
      const leaders = leadersIn(members).map(({ endpoint }) => endpoint);
      return `${nodeId} names ${leaders.length === 0 ? 'none' : leaders.join(' and ')}`;
    })
    .join('; ');
}
