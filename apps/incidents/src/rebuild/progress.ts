import { type Instant, millisOf } from '#libs/core';
import { type TopicState } from '#libs/event-stream';
import { type CheckpointRow } from '#libs/store';
import { type Comparison } from './differences.js';
import { type Generations } from './generation.js';

/** How far a generation has come on its topic, in records. */
export interface Position {
  readonly done: number;
  readonly total: number;
}

/** Records done and records that there are. Without `topic` (no broker answers) nothing is known. */
export function positionOf(checkpoints: readonly CheckpointRow[], topic: TopicState | undefined): Position | undefined {
  if (!topic) return undefined;
  let done = 0;
  let total = 0;
  for (const { partition, low, high } of topic.partitions) {
    const at =
      checkpoints.find((row) => row.partition === partition && row.topicId === topic.topicId)?.nextOffset ?? low;
    total += high - low;
    done += Math.min(Math.max(at - low, 0), high - low);
  }
  return { done, total };
}

/** What a rebuild tells while it runs. */
export interface Progress {
  readonly name: string;
  readonly state: 'live' | 'building' | 'switching';
  readonly generation: number;
  readonly done: number;
  readonly total: number;
  /** Records a second since it began. */
  readonly rate: number;
  /** Seconds left at that rate; null while that cannot be told. */
  readonly secondsLeft: number | null;
  /** How far what was built has been compared with what is live: subjects; null before that begins. */
  readonly compared: number | null;
  readonly comparable: number | null;
  /** Subjects found to differ so far; null before anything was compared. */
  readonly differences: number | null;
  /** True where a generation was built that differs, though its version is the same: it waits to be forced. */
  readonly held: boolean;
}

export function progressOf(
  generations: Generations,
  position: Position | undefined,
  comparison: Comparison | undefined,
  now: Instant,
): Progress {
  const { name, active, building, buildingSince, held } = generations;
  const own = comparison?.built === (building ?? active) ? comparison : undefined;
  const { done, total } = position ?? { done: 0, total: 0 };
  const seconds = buildingSince === null ? 0 : Math.max(0.001, (millisOf(now) - millisOf(buildingSince)) / 1000);
  const rate = seconds === 0 ? 0 : Math.round(done / seconds);
  const left = total - done;
  return {
    name,
    state: stateOf(generations),
    generation: building ?? active,
    done,
    total,
    rate,
    secondsLeft: left === 0 ? 0 : rate > 0 && building !== null ? Math.ceil(left / rate) : null,
    compared: own ? Math.min(own.compared, own.total) : null,
    comparable: own?.total ?? null,
    differences: own?.differing ?? null,
    held,
  };
}

/** One that is held is not under way: the live one is what there is. */
export function stateOf({ building, switching, held }: Generations): Progress['state'] {
  if (building === null || held) return 'live';
  return switching ? 'switching' : 'building';
}
