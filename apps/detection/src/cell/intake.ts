import { LATE_MS, type Point, withPoint } from '../windows/points.js';

/** What came of samples of one kind. Milliseconds of their own clock. */
export interface Intake {
  readonly newest: number;
  /** Identities of the last minute. */
  readonly seen: readonly Point<string>[];
}

/** What becomes of a sample. All but the applied ones are counted and change nothing. */
export type Outcome = 'applied' | 'late' | 'duplicate' | 'far-future' | 'removed';

/** A sample from later than an hour after its record was written has a clock that nobody can use; as with alerts. */
const AHEAD_MS = 3_600_000;

/**
 * Whether a sample is applied: not one that is known, nor one from more than a minute before the newest, nor one from far
 * ahead of the time stamp of its record (reference integrations-and-sinks 2.3b).
 */
export function admit(
  intake: Intake | undefined,
  { at, identity, isRound, timestamp }: { at: number; identity: string; isRound: boolean; timestamp: number },
): { readonly outcome: Outcome; readonly intake?: Intake } {
  if (at - timestamp > AHEAD_MS) return { outcome: 'far-future' };
  if (!intake) return { outcome: 'applied', intake: { newest: at, seen: [[at, identity]] } };
  if (at < intake.newest - LATE_MS) return { outcome: 'late' };
  if (intake.seen.some((one) => one[1] === identity && (one[0] === at || isRound))) {
    return { outcome: 'duplicate' };
  }
  const newest = Math.max(intake.newest, at);
  return { outcome: 'applied', intake: { newest, seen: withPoint(intake.seen, [at, identity], newest - LATE_MS) } };
}
