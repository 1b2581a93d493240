import { type PostedSample } from './decide-all.js';
import { gossip, host, type RoundPlan } from './episodes.js';

/** Numbers in [0, 1) from a seed: mulberry32, a generator in the public domain. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Plan {
  readonly seed: number;
  readonly hours: number;
  readonly nodes: 1 | 3 | 5;
  readonly clusterId?: string;
}

/** A stretch of time, in seconds, in which something is wrong. */
interface Trouble {
  readonly from: number;
  readonly to: number;
  readonly what: 'load' | 'disk' | 'memory' | 'dead' | 'split' | 'behind' | 'elections';
  readonly nodeId: string;
}

/**
 * Hours of telemetry of one cluster: a sample of each node about every 15 s, a gossip round every 30 s, in order of time,
 * with stretches of trouble that nobody could take for something else.
 */
export function telemetry({ seed, hours, nodes, clusterId = 'c1' }: Plan): PostedSample[] {
  const random = randomFrom(seed);
  const names = Array.from({ length: nodes }, (_, index) => `n${index}`);
  const troubles = troublesOf(hours * 3600, names, random);
  const samples: { t: number; sample: PostedSample }[] = [];
  for (let t = 0; t < hours * 3600; t += 15) {
    for (const nodeId of names) {
      const now = t + Math.floor(random() * 1000) / 1000;
      const dead = at(troubles, t, 'dead')?.nodeId === nodeId;
      if (dead || random() < 0.01) continue;
      samples.push({ t: now, sample: host(now, { clusterId, nodeId, ...figures(troubles, t, nodeId, random) }) });
    }
    if (t % 30 === 0) {
      const plan = { clusterId, nodes: names, roundId: `r${t}`, ...roundPlan(troubles, t, names) };
      samples.push({ t, sample: gossip(t, plan) });
    }
  }
  return samples.sort((a, b) => a.t - b.t).map(({ sample }) => sample);
}

function troublesOf(end: number, names: readonly string[], random: () => number): Trouble[] {
  const kinds: Trouble['what'][] =
    names.length === 1
      ? ['load', 'disk', 'memory', 'dead']
      : ['load', 'disk', 'memory', 'dead', 'split', 'behind', 'elections'];
  const troubles: Trouble[] = [];
  for (let t = 300; t < end - 1500;) {
    const from = Math.round(t / 30) * 30;
    const to = from + 300 + Math.floor(random() * 10) * 30;
    const what = kinds[Math.floor(random() * kinds.length)]!;
    // The first one leads: who is dead or behind is another one, unless there is none.
    const nodeId = names[names.length === 1 ? 0 : 1 + Math.floor(random() * (names.length - 1))]!;
    troubles.push({ from, to, what, nodeId });
    t = to + 600;
  }
  return troubles;
}

function at(troubles: readonly Trouble[], t: number, what: Trouble['what']): Trouble | undefined {
  return troubles.find((each) => each.what === what && each.from <= t && t < each.to);
}

function figures(troubles: readonly Trouble[], t: number, nodeId: string, random: () => number) {
  const wrong = (what: Trouble['what']): boolean => at(troubles, t, what)?.nodeId === nodeId;
  return {
    load: (wrong('load') ? 12 : 1) + random(),
    disk: (wrong('disk') ? 85 : 40) + random(),
    memory: (wrong('memory') ? 93 : 50) + random(),
  };
}

function roundPlan(troubles: readonly Trouble[], t: number, names: readonly string[]): RoundPlan {
  const dead = at(troubles, t, 'dead');
  const split = at(troubles, t, 'split');
  const behind = at(troubles, t, 'behind');
  const elections = at(troubles, t, 'elections');
  const others = (target: string, seen: object | null) =>
    Object.fromEntries(names.filter((name) => name !== target).map((name) => [name, { [target]: seen }]));
  return {
    ...(dead ? { silent: [dead.nodeId], differs: others(dead.nodeId, { alive: false }) } : {}),
    ...(split
      ? { differs: { [split.nodeId]: { n0: { state: 'Follower' }, [split.nodeId]: { state: 'Leader' } } } }
      : {}),
    ...(behind ? { behind: { [behind.nodeId]: 4096 } } : {}),
    ...(elections ? { leader: names[Math.floor((t - elections.from) / 90) % names.length]!, epoch: t } : {}),
  };
}

/** `items` in another order: each comes up to `by` of its own time later. */
export function shuffled<Item>(
  items: readonly Item[],
  timeOf: (item: Item) => number,
  by: number,
  random: () => number,
) {
  return items
    .map((item) => ({ item, arrives: timeOf(item) + random() * by }))
    .sort((a, b) => a.arrives - b.arrives)
    .map(({ item }) => item);
}
