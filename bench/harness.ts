/** What a stage measures against: addresses of the servers of this run. */
export interface BenchGround {
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  /** TOCSIN_HOME of the servers that were started for this run. */
  readonly home: string;
  /** How large the stages that can be large are made; each has a default. */
  readonly sizes: { readonly events?: number; readonly incidents?: number };
}

/** One side of a comparison: does a round of work and answers how much it did a second. */
export type Side = () => Promise<number>;

/** Two sides, measured in turns, and the ratio that is wanted of ours to the yardstick. */
export interface Comparison {
  readonly name: string;
  readonly ours: Side;
  readonly yardstick: Side;
  /** Smallest ratio of the medians that counts as reached. */
  readonly goal: number;
  /** What is counted: `records/s`. */
  readonly unit: string;
  readonly rounds?: number;
}

/** What a comparison found. */
export interface Finding {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly yardstick: number;
  readonly ratio: number;
  readonly goal: number;
  /** Largest distance of a round from its side's median, as a share of it. */
  readonly spread: number;
}

const ROUNDS = 5;

/**
 * Measures both sides A-B-A-B after one round each to warm up (reference performance-reliability 1.4): what disturbs the
 * machine disturbs both, so only the ratio is kept to.
 */
export async function compare(comparison: Comparison): Promise<Finding> {
  const { name, unit, goal, rounds = ROUNDS } = comparison;
  await comparison.ours();
  await comparison.yardstick();
  const ours: number[] = [];
  const yardstick: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await comparison.ours());
    yardstick.push(await comparison.yardstick());
  }
  const [a, b] = [median(ours), median(yardstick)];
  const spread = Math.max(spreadOf(ours, a), spreadOf(yardstick, b));
  return { name, unit, ours: a, yardstick: b, ratio: a / b, goal, spread };
}

/** A figure against its upper bound, told as the comparisons are. */
export function within(name: string, unit: string, ours: number, bound: number): Finding {
  return { name: `${name}, against the bound`, unit, ours, yardstick: bound, ratio: bound / ours, goal: 1, spread: 0 };
}

/** One line for a person. */
export function lineOf({ name, unit, ours, yardstick, ratio, goal, spread }: Finding): string {
  const verdict = ratio >= goal ? 'reached' : 'MISSED';
  const figures = `ours ${grouped(ours)} ${unit}, yardstick ${grouped(yardstick)}`;
  return `${name}: ${figures}, ratio ${ratio.toFixed(2)} (goal ${goal.toFixed(2)} ${verdict}), spread ${Math.round(spread * 100)} %`;
}

/** How many of `count` things were done a second since `started` (of `performance.now()`). */
export function perSecond(count: number, started: number): number {
  return (count * 1000) / (performance.now() - started);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function spreadOf(values: readonly number[], middle: number): number {
  return Math.max(...values.map((value) => Math.abs(value - middle) / middle));
}
