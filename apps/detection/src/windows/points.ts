/** A value at a time (milliseconds). */
export type Point<Value> = readonly [at: number, value: Value];

/** Late samples are taken for so long (reference integrations-and-sinks 2.3b): no window may forget them earlier. */
export const LATE_MS = 60_000;

/** Whoever sends more than that in a window has the oldest forgotten. */
const MAX_POINTS = 1000;

/** `points`, in order of time, with one more at its own time; those before `from` are dropped. */
export function withPoint<Value>(
  points: readonly Point<Value>[],
  point: Point<Value>,
  from: number,
): readonly Point<Value>[] {
  const kept: Point<Value>[] = [];
  let placed = point[0] < from;
  for (const each of points) {
    if (!placed && each[0] > point[0]) {
      kept.push(point);
      placed = true;
    }
    if (each[0] >= from) kept.push(each);
  }
  if (!placed) kept.push(point);
  return kept.length > MAX_POINTS ? kept.slice(-MAX_POINTS) : kept;
}

/** Those in (after, now]; `points` end at `now`. */
export function since<Value>(points: readonly Point<Value>[], after: number): readonly Point<Value>[] {
  return points.filter(([at]) => at > after);
}
