import { millisOf } from '#libs/core';
import { type Span } from './spans.js';

export interface Moved {
  readonly recorded: Span;
  readonly tried: Span;
  /** How much later the try opens and closes, seconds; null where one of them is open still. */
  readonly opensLater: number;
  readonly closesLater: number | null;
}

/** What other settings would have said. */
export interface Comparison {
  readonly recorded: number;
  readonly tried: number;
  readonly same: number;
  /** Issues that only the try has, and that only the record has. */
  readonly gained: readonly Span[];
  readonly lost: readonly Span[];
  readonly moved: readonly Moved[];
  /** Mean of how much later the try opens, seconds, of the issues that both have; null without any. */
  readonly delaySeconds: number | null;
  /** How many messages that people see the try would send more (fewer: negative): one for each opening and each end. */
  readonly messages: number;
}

/**
 * Compares issues of one detector. Two are the same issue where they are of one subject and one time: each recorded one is
 * matched with the first of the try that it overlaps and that no other has taken.
 */
export function compare(recorded: readonly Span[], tried: readonly Span[]): Comparison {
  const left = new Set(tried);
  const pairs: { recorded: Span; tried: Span }[] = [];
  const lost: Span[] = [];
  for (const one of recorded) {
    const match = [...left].find((other) => isOne(one, other));
    if (!match) {
      lost.push(one);
      continue;
    }
    left.delete(match);
    // Whoever removed the cluster ended either.
    const ended = one.removed && match.closedAt === undefined && one.closedAt !== undefined;
    pairs.push({ recorded: one, tried: ended ? { ...match, closedAt: one.closedAt } : match });
  }
  const moved = pairs.map(moveOf).filter(({ opensLater, closesLater }) => opensLater !== 0 || closesLater !== 0);
  const delays = pairs.map((pair) => moveOf(pair).opensLater);
  return {
    recorded: recorded.length,
    tried: tried.length,
    same: pairs.length - moved.length,
    gained: [...left],
    lost,
    moved,
    delaySeconds: delays.length === 0 ? null : delays.reduce((sum, each) => sum + each, 0) / delays.length,
    messages: messagesOf(tried) - messagesOf(recorded),
  };
}

function isOne(a: Span, b: Span): boolean {
  if (a.clusterId !== b.clusterId || a.subject !== b.subject) return false;
  return !isBefore(a.closedAt, b.openedAt) && !isBefore(b.closedAt, a.openedAt);
}

function isBefore(end: string | undefined, start: string): boolean {
  return end !== undefined && millisOf(end) < millisOf(start);
}

function moveOf(pair: { readonly recorded: Span; readonly tried: Span }): Moved {
  const { recorded, tried } = pair;
  const opensLater = (millisOf(tried.openedAt) - millisOf(recorded.openedAt)) / 1000;
  const both = tried.closedAt !== undefined && recorded.closedAt !== undefined;
  const neither = tried.closedAt === undefined && recorded.closedAt === undefined;
  const closesLater = both ? (millisOf(tried.closedAt) - millisOf(recorded.closedAt)) / 1000 : neither ? 0 : null;
  return { ...pair, opensLater, closesLater };
}

function messagesOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { closedAt }) => sum + (closedAt === undefined ? 1 : 2), 0);
}
