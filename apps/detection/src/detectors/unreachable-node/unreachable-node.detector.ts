import { type GossipRoundPayload } from '#libs/contracts';
import { type Detection, defineDetector, type Finding, type Sample } from '../../detector.js';
import { duration, listed } from '../../issues/words.js';
import { type Episode, openFor, turn } from '../../windows/episode.js';
import { LATE_MS, type Point, since } from '../../windows/points.js';
import { ripe, type RunMemory, withRound } from '../../windows/runs.js';
import { knows, observersOf, pairOf, type Reach, reachIn, verdictsOf } from './reach.js';

interface State extends RunMemory<Reach> {
  /** By target, where there is or was an issue. */
  readonly episodes: Readonly<Record<string, Episode>>;
}

/** Reference integrations-and-sinks 2.3, rule 8. Subject: the target. */
export const unreachableNode = defineDetector({
  name: 'unreachable-node',
  version: 1,
  says: 'A node is not reachable from another one.',
  severity: 'critical',
  reads: new Set(['GossipRound']),
  settings: { windowSeconds: 180, minRounds: 5 },
  detect(state: State | undefined, sample: Sample<GossipRoundPayload>, settings): Detection<State> {
    const { now, at } = sample;
    const { windowSeconds, minRounds } = settings;
    const start = now - windowSeconds * 1000;
    const reach = reachIn(sample.payload);
    const names = new Set(reach.nodes.flatMap((one) => reach.nodes.map((other) => pairOf(one, other))));
    const from = Math.min(start, now - LATE_MS);
    const memory = withRound(state, [at, reach], { from, names, verdicts: verdictsOf });
    const pairs = ripe(memory, verdictsOf, { now, seconds: windowSeconds, count: minRounds });
    const unreachable = new Set(pairs.map((pair) => (JSON.parse(pair) as [string, string])[1]));
    const window = since(memory.rounds, start);
    const episodes = new Map(Object.entries(state?.episodes ?? {}));
    const findings = [...new Set([...unreachable, ...episodes.keys()])].flatMap((target): Finding[] => {
      const before = episodes.get(target) ?? {};
      const removed = window.every(([, each]) => !each.nodes.includes(target));
      const { episode, kind } = turn(before, sample, {
        opens: unreachable.has(target),
        closes: openFor(before, windowSeconds, now) && (removed || allReach(window, target)),
        holds: observersOf(memory.rounds.at(-1)![1], target).length > 0,
      });
      if (removed && episode.open === undefined) episodes.delete(target);
      else episodes.set(target, episode);
      if (!kind) return [];
      const observers = observersOf(memory.rounds.at(-1)![1], target);
      const { title, message } = words(sample.payload.clusterId, target, observers, kind === 'closed', windowSeconds);
      const observed = { target, observers };
      const threshold = { windowSeconds, minRounds };
      const evidence = {
        start,
        samples: window.length,
        missing: window.filter(([, each]) => !knows(each, target)).length,
      };
      const reason = kind === 'closed' && removed ? { reason: 'subject removed' } : {};
      return [
        { kind, subject: target, nodeId: target, title, message, observed, threshold, window: evidence, ...reason },
      ];
    });
    return { state: { ...memory, episodes: Object.fromEntries(episodes) }, findings };
  },
});

/** Nobody said otherwise in the whole window, and somebody said so. */
function allReach(window: readonly Point<Reach>[], target: string): boolean {
  return (
    window.some(([, each]) => knows(each, target)) && window.every(([, each]) => observersOf(each, target).length === 0)
  );
}

function words(clusterId: string, target: string, observers: readonly string[], closed: boolean, seconds: number) {
  const title = `Node ${target} of cluster ${clusterId} is ${closed ? 'reachable again' : 'unreachable'}`;
  if (closed)
    return { title, message: `No node of cluster ${clusterId} has missed ${target} for ${duration(seconds)}.` };
  const from = observers.length === 0 ? 'other nodes' : listed(observers);
  return {
    title,
    message:
      `Node ${target} of cluster ${clusterId} has not been reachable from ${from} for ${duration(seconds)} or longer. ` +
      'Check that its process and its machine run, and the network and certificates between the nodes.',
  };
}
