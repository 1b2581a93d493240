import { type Finding, type Sample } from '../detector.js';
import { type Consistency, consistently } from './consistently.js';
import { type Episode, turn, type Verdict } from './episode.js';
import { LATE_MS, type Point, withPoint } from './points.js';

/** A value over time, and whether there is an issue with it. */
export interface Gauge {
  readonly values: readonly Point<number>[];
  readonly episode: Episode;
}

export interface Reading {
  readonly state: Gauge;
  /** Absent where there is nothing to say. */
  readonly kind?: Finding['kind'];
}

type Moment = Pick<Sample, 'at' | 'now'>;

/** Opens on one value above the limit, closes when all of a while are below it. Equal to it is neither. */
export function opensOnOne(
  gauge: Gauge | undefined,
  moment: Moment,
  value: number,
  limit: number,
  rule: Consistency,
): Reading {
  return reading(gauge, moment, value, rule, (values, open) => ({
    opens: value > limit,
    closes: open && consistently(values, moment.now, rule, (each) => each < limit),
    holds: values.at(-1)![1] > limit,
  }));
}

/** Opens when all values of a while are above the limit, closes on one below it. Equal to it is neither. */
export function closesOnOne(
  gauge: Gauge | undefined,
  moment: Moment,
  value: number,
  limit: number,
  rule: Consistency,
): Reading {
  return reading(gauge, moment, value, rule, (values, open) => ({
    opens: !open && value > limit && consistently(values, moment.now, rule, (each) => each > limit),
    closes: value < limit,
    holds: values.at(-1)![1] > limit,
  }));
}

function reading(
  gauge: Gauge | undefined,
  { at, now }: Moment,
  value: number,
  rule: Consistency,
  verdictOf: (values: Gauge['values'], open: boolean) => Verdict,
): Reading {
  const values = withPoint(gauge?.values ?? [], [at, value], now - Math.max(LATE_MS, rule.windowSeconds * 1000));
  const before = gauge?.episode ?? {};
  const { episode, kind } = turn(before, { at, now }, verdictOf(values, before.open !== undefined));
  const state = { values, episode };
  return kind ? { state, kind } : { state };
}
