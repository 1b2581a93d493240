import { compareInstants, type Decider, type Instant, laterOf } from '#libs/core';

/*
 * When one alert (organisation, partition, fingerprint) began and ended. The rules, and why:
 *
 * - An occurrence lasts from its first firing to its end. What fires meanwhile belongs to it, also with another
 *   `startsAt`: an Alertmanager that restarted, or the other one of a pair, invents a new one (reference
 *   assisted-and-ses C1, C2). So `startsAt` is a hint, and a resolve is matched by the fingerprint.
 * - A record whose `startsAt` lies within an occurrence that is over is a late repeat of it and reopens nothing.
 * - A resolve of something never seen firing is recorded as an occurrence that is over. Alertmanager tells of an alert
 *   that came and went within one group interval only so, and the firing may merely come later; nothing is lost, and
 *   that late firing finds its occurrence closed. A firing from before an occurrence that is known, itself never seen,
 *   is recorded too: it was over when the next one began, for one label set cannot fire twice at once (`superseded`).
 * - Senders that refresh an alert (Prometheus) state when it expires; each firing may move that further, never nearer.
 *   A firing without such a time takes it away for the rest of the occurrence: its sender, an Alertmanager, has an
 *   expiry of its own and promises the resolve, so when only the direct way breaks, a live alert stays open. Taking the
 *   nearest end instead would close alerts that still fire, which is the worse mistake.
 * - An expired alert that is said to fire again afterwards is no late repeat: it fired all the time. A new occurrence
 *   goes on where the old one ended. A resolve that comes after the expiry corrects the end.
 * - A resolve from before the newest firing ends the occurrence, and the alert fires again from that firing on.
 */

// ---- events

/** The service that the alert speaks of, as its first firing named it; the location may change under one fingerprint. */
export interface ServiceName {
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
  readonly location: string;
  readonly status: string;
}

/** The event that an occurrence follows from. */
export interface Cause {
  readonly eventId: string;
  readonly correlationId: string;
  readonly projectId: string;
}

/** `resolved`: its sender said so. The others are inferred: the sender fell silent; a later occurrence is known. */
export type EndReason = 'resolved' | 'expired' | 'superseded';

interface Known {
  readonly service?: ServiceName | undefined;
  readonly cause: Cause;
}

export type OccurrenceEvent =
  | ({ readonly name: 'Began'; readonly start: Instant; readonly expiresAt?: Instant | undefined } & Known)
  | { readonly name: 'Refreshed'; readonly expiresAt?: Instant | undefined }
  | { readonly name: 'FiredAgain'; readonly at: Instant }
  | { readonly name: 'Ended'; readonly end: Instant; readonly reason: EndReason }
  /** A whole occurrence that lies in the past. */
  | ({ readonly name: 'Passed'; readonly start: Instant; readonly end: Instant; readonly reason: EndReason } & Known)
  | { readonly name: 'Corrected'; readonly start: Instant; readonly end: Instant };

// ---- state

export interface OpenOccurrence extends Known {
  readonly start: Instant;
  readonly expiresAt?: Instant | undefined;
  /** The latest `startsAt` of a firing that belongs to it, where that is after `start`. */
  readonly firedAgainAt?: Instant | undefined;
}

export interface PastOccurrence {
  readonly start: Instant;
  readonly end: Instant;
  readonly reason: EndReason;
}

export interface OccurrenceState {
  readonly open?: OpenOccurrence | undefined;
  /** The latest ones, oldest first. */
  readonly past: readonly PastOccurrence[];
}

/** How many past occurrences are remembered, to know a late repeat by. */
export const REMEMBERED = 16;

// ---- evolve

function evolve(state: OccurrenceState, event: OccurrenceEvent): OccurrenceState {
  switch (event.name) {
    case 'Began': {
      const { name: _name, ...open } = event;
      return { ...state, open };
    }
    case 'Refreshed':
      return { ...state, open: state.open && { ...state.open, expiresAt: event.expiresAt } };
    case 'FiredAgain':
      return { ...state, open: state.open && { ...state.open, firedAgainAt: event.at } };
    case 'Ended':
      return { past: state.open ? remember(state.past, { ...event, start: state.open.start }) : state.past };
    case 'Passed':
      return { ...state, past: remember(state.past, event) };
    case 'Corrected':
      return {
        ...state,
        past: state.past.map((one) =>
          one.start === event.start ? { ...one, end: event.end, reason: 'resolved' } : one,
        ),
      };
  }
}

function remember(past: readonly PastOccurrence[], { start, end, reason }: PastOccurrence): readonly PastOccurrence[] {
  const all = [...past, { start, end, reason }];
  return all.sort((a, b) => compareInstants(a.start, b.start) || compareInstants(a.end, b.end)).slice(-REMEMBERED);
}

// ---- decide

export type OccurrenceCommand =
  | ({
      readonly type: 'fire';
      readonly startsAt: Instant;
      readonly expiresAt?: Instant | undefined;
      readonly saidAt: Instant;
    } & Known)
  | ({ readonly type: 'resolve'; readonly startsAt: Instant; readonly endsAt: Instant } & Known)
  /** Time has passed: everything said up to `watermark` is known. */
  | { readonly type: 'expire'; readonly watermark: Instant };

type Fire = Extract<OccurrenceCommand, { type: 'fire' }>;
type Resolve = Extract<OccurrenceCommand, { type: 'resolve' }>;

function decide(command: OccurrenceCommand, state: OccurrenceState): readonly OccurrenceEvent[] {
  switch (command.type) {
    case 'fire':
      return fire(command, state);
    case 'resolve':
      return resolve(command, state);
    case 'expire':
      return expire(command.watermark, state);
  }
}

function fire(command: Fire, state: OccurrenceState): readonly OccurrenceEvent[] {
  const expired = before(state.open?.expiresAt, command.saidAt) ? expire(command.saidAt, state) : [];
  const now = expired.reduce(evolve, state);
  return [...expired, ...(now.open ? repeat(command, now.open) : begin(command, now.past))];
}

function repeat(command: Fire, open: OpenOccurrence): readonly OccurrenceEvent[] {
  const events: OccurrenceEvent[] = [];
  if (open.expiresAt !== undefined) {
    const expiresAt = command.expiresAt && laterOf(open.expiresAt, command.expiresAt);
    if (expiresAt !== open.expiresAt) events.push({ name: 'Refreshed', expiresAt });
  }
  if (before(open.firedAgainAt ?? open.start, command.startsAt)) {
    events.push({ name: 'FiredAgain', at: command.startsAt });
  }
  return events;
}

function begin(command: Fire, past: readonly PastOccurrence[]): readonly OccurrenceEvent[] {
  const { startsAt, service, cause } = command;
  const began = (start: Instant): OccurrenceEvent => beganOrExpired(command, start);
  const newest = past.at(-1);
  const own = past.findLast(
    ({ start, end }) => startsAt === start || (before(start, startsAt) && before(startsAt, end)),
  );
  if (own) return own === newest && isNews(command, own) ? [began(own.end)] : [];
  if (!newest || !before(startsAt, newest.end)) return [began(startsAt)];
  const next = past.find(({ start }) => before(startsAt, start));
  if (!next || forgotten(startsAt, past)) return [];
  return [{ name: 'Passed', start: startsAt, end: next.start, reason: 'superseded', service, cause }];
}

/** A firing that was said after its own expiry (it lay in a queue) is over already. */
function beganOrExpired({ expiresAt, saidAt, service, cause }: Fire, start: Instant): OccurrenceEvent {
  if (expiresAt === undefined || !before(expiresAt, saidAt)) return { name: 'Began', start, expiresAt, service, cause };
  return { name: 'Passed', start, end: laterOf(expiresAt, start), reason: 'expired', service, cause };
}

/** Whether an alert that expired is said to fire, by a record from after its expiry, and to fire for longer. */
function isNews({ saidAt, expiresAt }: Fire, { reason, end }: PastOccurrence): boolean {
  return reason === 'expired' && before(end, saidAt) && (expiresAt === undefined || before(end, expiresAt));
}

function resolve(command: Resolve, { open, past }: OccurrenceState): readonly OccurrenceEvent[] {
  const { startsAt, endsAt } = command;
  const isOfOpen = open && (startsAt === open.start || !before(endsAt, open.start));
  return isOfOpen ? end(command, open) : resolvePast(command, past, open);
}

function end({ startsAt, endsAt, service, cause }: Resolve, open: OpenOccurrence): readonly OccurrenceEvent[] {
  const ended: OccurrenceEvent = { name: 'Ended', end: laterOf(endsAt, open.start), reason: 'resolved' };
  const again = open.firedAgainAt;
  if (again === undefined || startsAt === again || !before(endsAt, again)) return [ended];
  return [ended, { name: 'Began', start: again, expiresAt: open.expiresAt, service, cause }];
}

function resolvePast(
  { startsAt, endsAt, service, cause }: Resolve,
  past: readonly PastOccurrence[],
  open: OpenOccurrence | undefined,
): readonly OccurrenceEvent[] {
  const own = past.findLast((one) => overlaps(one, startsAt, endsAt));
  if (own) {
    const isStated = own.reason === 'resolved' || (open !== undefined && own.reason === 'expired');
    return isStated ? [] : [{ name: 'Corrected', start: own.start, end: laterOf(endsAt, own.start) }];
  }
  if (forgotten(startsAt, past)) return [];
  return [{ name: 'Passed', start: startsAt, end: laterOf(endsAt, startsAt), reason: 'resolved', service, cause }];
}

/** A resolve at the very end of an occurrence, without a length of its own, is a repeat (Grafana: startsAt = endsAt). */
function overlaps({ start, end }: PastOccurrence, startsAt: Instant, endsAt: Instant): boolean {
  const apart = before(endsAt, start) || before(end, startsAt);
  return !apart && !(startsAt === end && before(end, endsAt));
}

/** Older than all that is remembered, so that it cannot be told from a repeat. */
function forgotten(startsAt: Instant, past: readonly PastOccurrence[]): boolean {
  return past.length >= REMEMBERED && before(startsAt, past[0]?.start);
}

function expire(watermark: Instant, { open }: OccurrenceState): readonly OccurrenceEvent[] {
  if (open?.expiresAt === undefined || before(watermark, open.expiresAt)) return [];
  return [{ name: 'Ended', end: laterOf(open.expiresAt, open.start), reason: 'expired' }];
}

function before(a: Instant | undefined, b: Instant | undefined): boolean {
  return a !== undefined && b !== undefined && compareInstants(a, b) < 0;
}

/** Decides when one alert begins and ends. */
export const occurrenceDecider: Decider<OccurrenceCommand, OccurrenceState, OccurrenceEvent> = {
  initialState: { past: [] },
  decide,
  evolve,
};
