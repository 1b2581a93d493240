import { type Finding, type Sample } from '../detector.js';

/** How it stands with one subject. Milliseconds. */
export interface Episode {
  /** Since when it is open. */
  readonly open?: number;
  /** When it last opened or closed. */
  readonly turned?: number;
}

/** What a rule finds at one evaluation. */
export interface Verdict {
  readonly opens: boolean;
  readonly closes: boolean;
  /** Whether what the issue is about is there now. */
  readonly holds: boolean;
}

/**
 * The next step of an episode, and what it is called. A sample taken before the last turn causes no turn (reference
 * integrations-and-sinks 2.3b).
 */
export function turn(
  episode: Episode,
  { at, now }: Pick<Sample, 'at' | 'now'>,
  { opens, closes, holds }: Verdict,
): { readonly episode: Episode; readonly kind?: Finding['kind'] } {
  const mayTurn = at > (episode.turned ?? Number.NEGATIVE_INFINITY);
  if (episode.open === undefined) {
    return opens && mayTurn ? { episode: { open: now, turned: now }, kind: 'opened' } : { episode };
  }
  if (closes && mayTurn) return { episode: { turned: now }, kind: 'closed' };
  return holds ? { episode, kind: 'observed' } : { episode };
}

/** Whether `seconds` have passed since it opened. */
export function openFor({ open }: Episode, seconds: number, now: number): boolean {
  return open !== undefined && now >= open + seconds * 1000;
}
