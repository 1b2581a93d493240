import { type GossipRoundPayload } from '#libs/contracts';
import { type Detection, defineDetector, type Sample } from '../../detector.js';
import { type Leader, roundOf } from '../../gossip/round.js';
import { duration } from '../../issues/words.js';
import { type Episode, openFor, turn } from '../../windows/episode.js';
import { LATE_MS, type Point, withPoint } from '../../windows/points.js';

interface State {
  /** Known leaders: the first round of each term, and all rounds that a late one may still come before. */
  readonly leaders: readonly Point<Leader>[];
  readonly episode: Episode;
}

/** Reference integrations-and-sinks 2.3, rule 5. Subject: the cluster. */
export const frequentElections = defineDetector({
  name: 'frequent-elections',
  version: 1,
  says: 'The leader of a cluster changes too often.',
  severity: 'critical',
  reads: new Set(['GossipRound']),
  settings: { changes: 1, windowSeconds: 3600 },
  detect(state: State | undefined, sample: Sample<GossipRoundPayload>, settings): Detection<State> {
    const { clusterId } = sample.payload;
    const { leader } = roundOf(sample.payload);
    const start = sample.now - settings.windowSeconds * 1000;
    const leaders = kept(state?.leaders ?? [], leader && [sample.at, leader], start, sample.now);
    const changes = changesIn(leaders).filter(({ at }) => at > start);
    const often = changes.length > settings.changes;
    const before = state?.episode ?? {};
    const closes = !often && openFor(before, settings.windowSeconds, sample.now);
    const { episode, kind } = turn(before, sample, { opens: often, closes, holds: often });
    if (!kind) return { state: { leaders, episode }, findings: [] };
    const closed = kind === 'closed';
    const within = duration(settings.windowSeconds);
    const finding = {
      kind,
      subject: clusterId,
      title: `Elections of cluster ${clusterId} ${closed ? 'are rare again' : 'are too frequent'}`,
      message: closed
        ? `The leader of cluster ${clusterId} changed ${times(changes.length)} within ${within}.`
        : `The leader of cluster ${clusterId} changed ${times(changes.length)} within ${within}; the limit is ` +
          `${settings.changes}. Writes fail while there is none. Look for overloaded nodes (CPU, disk) and for an ` +
          'unreliable network between them, or consider a larger instance.',
      observed: {
        changes: changes.length,
        changedAt: changes.map(({ at }) => new Date(at).toISOString()),
        epochs: changes.map(({ epochs }) => epochs),
        leader: leaders.at(-1)?.[1].nodeId ?? leaders.at(-1)?.[1].instanceId ?? null,
      },
      threshold: { changes: settings.changes },
      window: { start, samples: leaders.length, missing: 0 },
    };
    return { state: { leaders, episode }, findings: [finding] };
  },
});

interface Change {
  readonly at: number;
  /** By how much the epoch rose: at most so many changes lie between the two rounds. */
  readonly epochs: number;
}

/** Rounds in which another leader was known than before; gaps without one count for nothing. */
function changesIn(leaders: State['leaders']): readonly Change[] {
  return leaders.flatMap(([at, { instanceId, epoch }], index) => {
    const before = leaders[index - 1]?.[1];
    return before && before.instanceId !== instanceId ? [{ at, epochs: epoch - before.epoch }] : [];
  });
}

function kept(
  leaders: State['leaders'],
  next: Point<Leader> | undefined,
  start: number,
  now: number,
): State['leaders'] {
  const all = next ? withPoint(leaders, next, Number.NEGATIVE_INFINITY) : leaders;
  const last = all.findLastIndex(([at]) => at <= start);
  return all.filter(([at, { instanceId }], index) => {
    const known = index > last && all[index - 1]?.[1].instanceId === instanceId;
    return index >= last && (!known || at >= now - LATE_MS);
  });
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
