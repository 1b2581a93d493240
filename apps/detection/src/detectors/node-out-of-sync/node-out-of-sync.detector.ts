import { type GossipRoundPayload } from '#libs/contracts';
import { type Detection, defineDetector, type Sample } from '../../detector.js';
import { duration, listed, shown } from '../../issues/words.js';
import { type Episode, openFor, turn } from '../../windows/episode.js';
import { LATE_MS, since } from '../../windows/points.js';
import { ripe, type RunMemory, withRound } from '../../windows/runs.js';
import { type Behind, behindIn, laggards, verdictsOf } from './behind.js';

interface State extends RunMemory<Behind> {
  readonly episode: Episode;
}

/** Reference integrations-and-sinks 2.3, rule 7. Subject: the cluster; the followers are named in what was observed. */
export const nodeOutOfSync = defineDetector({
  name: 'node-out-of-sync',
  version: 1,
  says: 'A follower does not keep up with the leader.',
  severity: 'critical',
  reads: new Set(['GossipRound']),
  settings: { windowSeconds: 180, minRounds: 4, validSeconds: 60, readOnlyReplicas: 0 },
  detect(state: State | undefined, sample: Sample<GossipRoundPayload>, settings): Detection<State> {
    const { clusterId, expected } = sample.payload;
    const { now, at } = sample;
    const { windowSeconds, minRounds } = settings;
    const start = now - windowSeconds * 1000;
    const names = new Set(expected.map(({ nodeId }) => nodeId));
    const from = Math.min(start, now - LATE_MS, now - settings.validSeconds * 1000);
    const seen = behindIn(sample.payload, settings.readOnlyReplicas > 0);
    const memory = withRound(state, [at, seen], { from, names, verdicts: verdictsOf });
    const recent = since(memory.rounds, now - settings.validSeconds * 1000).map(([, behind]) => verdictsOf(behind));
    const late = ripe(memory, verdictsOf, { now, seconds: windowSeconds, count: minRounds });
    const lagging = late.filter((nodeId) => recent.every((said) => said.has(nodeId)));
    const window = since(memory.rounds, start);
    const valid = window.filter(([, behind]) => behind !== null);
    const keptUp = valid.length > 0 && valid.every(([, behind]) => laggards(behind).length === 0);
    const before = state?.episode ?? {};
    const newest = laggards(memory.rounds.at(-1)![1]);
    const { episode, kind } = turn(before, sample, {
      opens: lagging.length > 0,
      closes: keptUp && openFor(before, windowSeconds, now),
      holds: newest.length > 0,
    });
    const after = { ...memory, episode };
    if (!kind) return { state: after, findings: [] };
    const closed = kind === 'closed';
    const distances = listed(newest.map(([nodeId, bytes]) => `${nodeId} is ${shown(bytes)} bytes behind`));
    const finding = {
      kind,
      subject: clusterId,
      title: `Followers of cluster ${clusterId} ${closed ? 'keep up again' : 'are out of sync'}`,
      message: closed
        ? `No follower of cluster ${clusterId} has been behind its leader for ${duration(windowSeconds)}.`
        : `Cluster ${clusterId}: ${distances}, and that for ${duration(windowSeconds)} or longer. ` +
          'Check the disk and the network of the follower, or consider a larger instance.',
      observed: {
        followers: kind === 'opened' ? lagging : newest.map(([nodeId]) => nodeId),
        bytesBehind: newest.map(([, bytes]) => bytes),
      },
      threshold: { windowSeconds, minRounds },
      window: { start, samples: valid.length, missing: window.length - valid.length },
    };
    return { state: after, findings: [finding] };
  },
});
