import { type Evidence } from '../detector.js';
import { type Point, since } from './points.js';

/** Seconds; the settings of reference integrations-and-sinks 2.2. */
export interface Consistency {
  readonly windowSeconds: number;
  readonly minSamples: number;
  /** The oldest sample is at least this old: three in one burst do not qualify. */
  readonly spreadSeconds: number;
  /** Time between two samples; the newest is at most two of them old. */
  readonly periodSeconds: number;
}

export const consistency: Consistency = { windowSeconds: 60, minSamples: 3, spreadSeconds: 30, periodSeconds: 15 };

/** Whether `holds` for every value in (now - window, now], and there are enough of them. */
export function consistently<Value>(
  points: readonly Point<Value>[],
  now: number,
  { windowSeconds, minSamples, spreadSeconds, periodSeconds }: Consistency,
  holds: (value: Value) => boolean,
): boolean {
  const window = since(points, now - windowSeconds * 1000);
  const oldest = window[0];
  const newest = window.at(-1);
  if (!oldest || !newest || window.length < minSamples) return false;
  if (oldest[0] > now - spreadSeconds * 1000 || newest[0] < now - 2 * periodSeconds * 1000) return false;
  return window.every(([, value]) => holds(value));
}

/** How many of the samples that a window of so many seconds could hold are there. */
export function evidenceOf(
  points: readonly Point<unknown>[],
  now: number,
  { windowSeconds, periodSeconds }: Pick<Consistency, 'windowSeconds' | 'periodSeconds'>,
): Evidence {
  const start = now - windowSeconds * 1000;
  const samples = since(points, start).length;
  return { start, samples, missing: Math.max(0, Math.floor(windowSeconds / periodSeconds) - samples) };
}
