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
  const last = points.at(-1);
  if (last === undefined || last[0] <= point[0]) return appended(points, point, from);
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

/** Nearly every sample comes in order. */
function appended<Value>(points: readonly Point<Value>[], point: Point<Value>, from: number): readonly Point<Value>[] {
  let first = Math.max(0, points.length + 1 - MAX_POINTS);
  while (first < points.length && points[first]![0] < from) first++;
  const kept = points.slice(first);
  if (point[0] >= from) kept.push(point);
  return kept;
}

/** Those in (after, now]; `points` end at `now`. */
export function since<Value>(points: readonly Point<Value>[], after: number): readonly Point<Value>[] {
  return points.filter(([at]) => at > after);
}
