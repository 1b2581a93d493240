/**
 * The wait before try number `attempt` + 1, in milliseconds: step `attempt` of `schedule` (the last one repeats), spread
 * by ±20 % with `random` in [0, 1) so that many clients do not return at once.
 */
export function backoff(schedule: readonly number[], attempt: number, random: number): number {
  const base = schedule[Math.min(attempt, schedule.length - 1)] ?? 0;
  return Math.round(base * (0.8 + 0.4 * random));
}

/**
 * Doubling waits from `first` up to `cap`, as a schedule for `backoff`.
 * @throws RangeError unless `first` is above zero and `cap` is finite: doubling would never end
 */
export function doubling(first: number, cap: number): readonly number[] {
  if (!(first > 0) || !Number.isFinite(cap)) throw new RangeError(`no doubling from ${first} to ${cap}`);
  const steps: number[] = [];
  for (let wait = first; wait < cap; wait *= 2) steps.push(wait);
  return [...steps, cap];
}
