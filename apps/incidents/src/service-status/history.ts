import { compareInstants, type Instant } from '#libs/core';

/** What an alert said of a service's status, and when that was so. */
export interface Observation {
  readonly fingerprint: string;
  readonly status: string;
  readonly time: Instant;
  readonly description: string;
}

/** An observation, and whether it was published as a change. */
export interface Noted extends Observation {
  readonly changed: boolean;
}

/** An observation's place in the history. */
export interface Placed<O extends Observation> {
  readonly index: number;
  /** The observation in force just before it; undefined where it is the first. */
  readonly before: O | undefined;
  /** The next one; undefined where it is the latest. */
  readonly after: O | undefined;
}

/**
 * Where `observation` belongs in `history`, which is in order of time, and of arrival where times are equal: behind all
 * of its own time. Undefined where the history has it already: the same alert, time and status are one observation.
 */
export function placeOf<O extends Observation>(history: readonly O[], observation: Observation): Placed<O> | undefined {
  if (history.some((one) => sameObservation(one, observation))) return undefined;
  const found = history.findIndex((one) => compareInstants(one.time, observation.time) > 0);
  const index = found < 0 ? history.length : found;
  return { index, before: history[index - 1], after: history[index] };
}

/** The observation in force at `time`. */
export function inForceAt<O extends Observation>(history: readonly O[], time: Instant): O | undefined {
  return history.findLast((one) => compareInstants(one.time, time) <= 0);
}

/** Status is free text; `Up` and `up` say the same. */
export function sameStatus(a: string, b: string): boolean {
  return a === b || statusWord(a) === statusWord(b);
}

export function statusWord(status: string): string {
  return status.trim().toLowerCase();
}

export function sameObservation(a: Observation, b: Observation): boolean {
  return a.fingerprint === b.fingerprint && a.time === b.time && sameStatus(a.status, b.status);
}
