import { compareInstants, type Instant, microsOf } from '#libs/core';

/** A change of one member of a service: a member is a location. In order of time. */
export interface MemberChange {
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
  readonly location: string;
  readonly status: string;
  readonly time: Instant;
}

/** A time with fewer members up than wanted. */
export interface Downtime {
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
  readonly from: Instant;
  /** Null while it goes on. */
  readonly to: Instant | null;
  readonly open: boolean;
  /** Until the end of the window while it goes on. */
  readonly seconds: number;
  /** The fewest members that were up in it. */
  readonly fewestUp: number;
}

/** Of one service, how long it was observed within the window and how much of that it was down. */
export interface Availability {
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
  readonly observedSeconds: number;
  readonly downSeconds: number;
  readonly downtimes: number;
  /** Share of the observed time, 0 to 1; null where nothing was observed. */
  readonly availability: number | null;
}

export interface Window {
  /** Absent: from the first observation on. */
  readonly from?: Instant | undefined;
  readonly to: Instant;
}

export interface Question extends Window {
  /** Members that have to be up. */
  readonly threshold: number;
  isUp(status: string): boolean;
}

/**
 * When each service of `changes` (of all its members, those before the window too) had fewer than `threshold` members
 * up, and how long. A service counts from its first observation on: of the time before nothing is known. What lasts at
 * the end of the window is told as open (reference assisted-and-ses B7, whose report left it out).
 */
export function downtimesOf(
  changes: readonly MemberChange[],
  question: Question,
): { items: Downtime[]; summary: Availability[] } {
  const services = new Map<string, MemberChange[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.platform, change.service, change.facet]);
    const own = services.get(key);
    if (own) own.push(change);
    else services.set(key, [change]);
  }
  const told = [...services.values()].map((own) => ofService(own, question));
  const items = told.flatMap(({ items }) => items).sort((a, b) => compareInstants(a.from, b.from));
  return { items, summary: told.map(({ summary }) => summary) };
}

function ofService(changes: readonly MemberChange[], question: Question): { items: Downtime[]; summary: Availability } {
  const { platform, service, facet, time: first } = changes[0]!;
  const start = question.from !== undefined && compareInstants(question.from, first) > 0 ? question.from : first;
  const items = spans(changes, start, question).map((span) => ({ platform, service, facet, ...span }));
  const observedSeconds = Math.max(0, secondsBetween(start, question.to));
  const downSeconds = round(items.reduce((sum, { seconds }) => sum + seconds, 0));
  const availability = observedSeconds === 0 ? null : Number((1 - downSeconds / observedSeconds).toFixed(6));
  const summary = { platform, service, facet, observedSeconds, downSeconds, downtimes: items.length, availability };
  return { items, summary };
}

type Span = Omit<Downtime, 'platform' | 'service' | 'facet'>;

/** Walks through the changes, those of one instant together. */
function spans(changes: readonly MemberChange[], start: Instant, { to, threshold, isUp }: Question): Span[] {
  const up = new Map<string, boolean>();
  const found: Span[] = [];
  let since: { from: Instant; fewestUp: number } | undefined;
  for (let i = 0; i < changes.length; i++) {
    const { location, status, time } = changes[i]!;
    if (compareInstants(time, to) > 0) break;
    up.set(location, isUp(status));
    if (changes[i + 1]?.time === time || isBefore(changes[i + 1], start)) continue;
    const count = [...up.values()].filter(Boolean).length;
    const at = compareInstants(time, start) < 0 ? start : time;
    if (count >= threshold) {
      if (since) found.push(closed(since, at));
      since = undefined;
    } else since = since ? { ...since, fewestUp: Math.min(since.fewestUp, count) } : { from: at, fewestUp: count };
  }
  if (since && compareInstants(since.from, to) < 0) {
    found.push({
      from: since.from,
      to: null,
      open: true,
      seconds: secondsBetween(since.from, to),
      fewestUp: since.fewestUp,
    });
  }
  return found;
}

/** Whether a change still lies at or before the start of the window, so that what is in force there is not known yet. */
function isBefore(change: MemberChange | undefined, start: Instant): boolean {
  return change !== undefined && compareInstants(change.time, start) <= 0;
}

function closed({ from, fewestUp }: { from: Instant; fewestUp: number }, to: Instant): Span {
  return { from, to, open: false, seconds: secondsBetween(from, to), fewestUp };
}

function secondsBetween(from: Instant, to: Instant): number {
  return round((microsOf(to) - microsOf(from)) / 1_000_000);
}

function round(seconds: number): number {
  return Number(seconds.toFixed(6));
}
