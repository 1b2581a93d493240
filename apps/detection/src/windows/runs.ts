import { type Point, withPoint } from './points.js';

/** Since when (milliseconds) each name is in an unbroken run of bad rounds. */
export type Runs = Readonly<Record<string, number>>;

/** What one round says of each name: true for bad, false for good; names it says nothing of are left out. */
export type Verdicts = ReadonlyMap<string, boolean>;

/** Rounds of a while, and the runs as they were before the first of them. */
export interface RunMemory<Round> {
  readonly rounds: readonly Point<Round>[];
  readonly before: Runs;
}

/** `memory` with one more round; rounds older than `from` are folded into the runs, of which those of `names` stay. */
export function withRound<Round>(
  memory: RunMemory<Round> | undefined,
  round: Point<Round>,
  { from, names, verdicts }: { from: number; names: ReadonlySet<string>; verdicts: (round: Round) => Verdicts },
): RunMemory<Round> {
  const earlier = memory?.rounds ?? [];
  const past = earlier.filter(([at]) => at < from);
  const runs = past.length === 0 ? (memory?.before ?? {}) : foldRuns(memory?.before ?? {}, past, verdicts);
  const kept = Object.entries(runs).filter(([name]) => names.has(name));
  return { rounds: withPoint(earlier, round, from), before: Object.fromEntries(kept) };
}

/**
 * The runs after the rounds, in order of time. A run starts with the first bad round after one that was not; rounds that
 * say nothing neither extend nor break it (reference integrations-and-sinks 2.3b).
 */
export function runsOf<Round>({ before, rounds }: RunMemory<Round>, verdicts: (round: Round) => Verdicts): Runs {
  return foldRuns(before, rounds, verdicts);
}

/** The names whose run began at least `seconds` before `now`, with at least `count` bad rounds in [now - seconds, now]. */
export function ripe<Round>(
  memory: RunMemory<Round>,
  verdicts: (round: Round) => Verdicts,
  { now, seconds, count }: { now: number; seconds: number; count: number },
): readonly string[] {
  const from = now - seconds * 1000;
  const runs = runsOf(memory, verdicts);
  const old = Object.keys(runs).filter((name) => runs[name]! <= from);
  if (old.length === 0) return old;
  const recent = memory.rounds.filter(([at]) => at >= from).map(([, round]) => verdicts(round));
  return old.filter((name) => recent.filter((said) => said.get(name) === true).length >= count);
}

function foldRuns<Round>(before: Runs, rounds: readonly Point<Round>[], verdicts: (round: Round) => Verdicts): Runs {
  const runs = Object.assign(Object.create(null) as Record<string, number>, before);
  for (const [at, round] of rounds) {
    for (const [name, bad] of verdicts(round)) {
      if (!bad) delete runs[name];
      else runs[name] ??= at;
    }
  }
  return runs;
}
