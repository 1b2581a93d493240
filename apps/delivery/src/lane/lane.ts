import { backoff, type Decider } from '#libs/core';
import { type DeliveryState } from '#libs/contracts';
import { type Outcome, type Receipt } from '../sink.js';
import { type Row, type Verdict, verdicts } from './verdicts.js';

// The lane of one integration and one incident: what the target shows of the incident, and what is to be done next.
// Reference integrations-and-sinks 3.5, 3.6; performance-reliability 2.5, 2.8.

/** `transition` tells at once that the incident closed or was reopened; `update` tells anything else, calmly. */
export type Action = 'post' | 'transition' | 'update';

export interface Attempt {
  readonly id: string;
  readonly action: Action;
  /** The state of the incident that it carries. */
  readonly sequence: number;
  readonly open: boolean;
  readonly startedAt: number;
}

/** A call that may have taken effect, and is not known to have. */
interface Doubt {
  readonly sequence: number;
  readonly at: number;
  /** Whether a further try may show the message twice. */
  readonly twice: boolean;
}

/** The state of a lane. Times are milliseconds since 1970. */
export interface Lane {
  /** The message at the target and the state it shows. */
  readonly shown?: { receipt: Receipt; sequence: number; open: boolean; at: number } | undefined;
  /** The call under way. */
  readonly attempt?: Attempt | undefined;
  readonly doubt?: Doubt | undefined;
  /** There was a message and it cannot be edited any more: the next one is fresh, also for a closed incident. */
  readonly lost?: boolean;
  /** Nobody waits for it any more, but a message in doubt is to be posted again. */
  readonly owed?: boolean;
  /** A message in doubt that is not to be posted again. */
  readonly abandoned?: boolean;
  /** The sequences that failed tries carried, since the last success. */
  readonly tried: readonly number[];
  /** The state whose end the target has refused to show: that it came is not told again. */
  readonly unshown?: number;
  readonly notBefore: number;
}

/** The incident at a moment. */
export interface LaneView {
  readonly sequence: number;
  readonly open: boolean;
  /** When an end that was said ahead of its time comes, or came: no event tells of it. */
  readonly ends?: number;
}

/** What holds around the lane at a moment. */
export interface Situation {
  readonly now: number;
  readonly incident: LaneView;
  readonly integration: 'active' | 'paused' | 'deleted';
  /** The pending deliveries, oldest first. */
  readonly waiting: readonly Row[];
}

/** How a sink's lanes behave. Times are milliseconds. */
export interface LaneRule {
  readonly coalescing: 'current-state' | 'each-event';
  readonly repeatable: { readonly post: boolean; readonly update: boolean };
  /** Least time between two updates of one message. */
  readonly updateInterval: number;
  readonly retrySchedule: readonly number[];
  /** A first message older than this is not sent any more; an edit lives five times as long. */
  readonly expiresAfter: number;
  readonly doubtfulPosts: 'at-least-once' | 'at-most-once';
}

export type LaneCommand =
  /** Decides what is to be done at `situation.now`, and begins it. */
  | { readonly type: 'Proceed'; readonly situation: Situation; readonly attemptId: string; readonly random: number }
  /** The call has ended. `random` in [0, 1) spreads the next try. */
  | { readonly type: 'Finish'; readonly situation: Situation; readonly outcome: Outcome; readonly random: number };

export type LaneEvent =
  | { readonly type: 'Started'; readonly attempt: Attempt }
  | { readonly type: 'Shown'; readonly receipt: Receipt; readonly at: number }
  | { readonly type: 'Postponed'; readonly until: number }
  | { readonly type: 'Doubted'; readonly doubt: Doubt }
  | { readonly type: 'Released' }
  | { readonly type: 'Lost' }
  | { readonly type: 'Owed' }
  | { readonly type: 'Abandoned' }
  | { readonly type: 'Cleared' }
  | { readonly type: 'Settled'; readonly verdict: Verdict };

export const initialLane: Lane = { tried: [], notBefore: 0 };

export function evolve(lane: Lane, event: LaneEvent): Lane {
  switch (event.type) {
    case 'Started':
      return { ...lane, attempt: event.attempt };
    case 'Shown': {
      const { sequence, open } = lane.attempt!;
      return { ...initialLane, shown: { receipt: event.receipt, sequence, open, at: event.at } };
    }
    case 'Postponed':
      return { ...released(lane), tried: [...lane.tried, lane.attempt!.sequence], notBefore: event.until };
    case 'Doubted':
      return { ...lane, doubt: event.doubt };
    case 'Released':
      return released(lane);
    case 'Lost':
      return { ...initialLane, lost: true, tried: [...lane.tried, lane.attempt!.sequence] };
    case 'Owed':
      return { ...lane, owed: true };
    case 'Abandoned':
      return { ...initialLane, abandoned: true };
    case 'Cleared':
      return { ...initialLane, shown: lane.shown, ...(lane.lost ? { lost: true } : {}), ...unshown(lane) };
    case 'Settled':
      return lane;
  }
}

function unshown({ attempt, unshown: before }: Lane): Pick<Lane, 'unshown'> {
  const refused = attempt?.open === false ? attempt.sequence : before;
  return refused === undefined ? {} : { unshown: refused };
}

function released({ attempt: _, ...lane }: Lane): Lane {
  return lane;
}

/** What is to be written at once, and what is to be sent when. */
export interface Plan {
  readonly settle: readonly Verdict[];
  /** With it ends what was in doubt or owed. */
  readonly clear: boolean;
  readonly next?: { readonly action: Action; readonly due: number; readonly sequence: number };
}

/** The plan of a lane without a call under way. Where only `next` matters, `waiting` may hold the newest rows alone. */
export function plan(lane: Lane, situation: Situation, rule: LaneRule): Plan {
  const reason = reasonToStop(lane, situation, rule);
  if (reason) {
    const settle = verdicts(situation.waiting, lane, { ...reason, each: true });
    return { settle, clear: lane.doubt !== undefined || lane.owed === true };
  }
  const shown = rule.coalescing === 'current-state' ? lane.shown : undefined;
  if (!shown) return unlessExpired(lane, situation, rule, 'post', atOnce(lane, situation));
  const old = situation.waiting.filter((row) => row.sequence <= shown.sequence);
  const rest = { ...situation, waiting: situation.waiting.slice(old.length) };
  const { settle, ...then } =
    shown.open === situation.incident.open
      ? untilItEnds(
          unlessExpired(lane, rest, rule, 'update', Math.max(shown.at + rule.updateInterval, lane.notBefore)),
          lane,
          rest,
        )
      : unlessExpired(lane, rest, rule, 'transition', atOnce(lane, rest));
  return { ...then, settle: [...verdicts(old, lane, { ...ALREADY_SHOWN, each: true }), ...settle] };
}

/** What may go at once is due since its oldest event: of what has to wait for a turn, that comes first. */
function atOnce(lane: Lane, { waiting, now }: Situation): number {
  return Math.max(lane.notBefore, Math.min(now, waiting[0]?.at ?? now));
}

type Stop = { readonly state: DeliveryState; readonly reason: string };

const ALREADY_SHOWN: Stop = { state: 'superseded', reason: 'the message shows a later state already' };

/** Why nothing is to be sent at all. */
function reasonToStop(lane: Lane, { integration, incident }: Situation, rule: LaneRule): Stop | undefined {
  if (integration === 'paused') return { state: 'suppressed', reason: 'the integration is paused' };
  if (integration === 'deleted') return { state: 'suppressed', reason: 'cancelled: the integration was deleted' };
  if (rule.coalescing === 'each-event') return undefined;
  if (lane.abandoned) return { state: 'superseded', reason: 'the post is in doubt and not repeated (at-most-once)' };
  if (lane.shown || lane.lost || incident.open) return undefined;
  const reason = lane.doubt ? 'closed while the post was in doubt' : 'opened and closed before anything was sent';
  return { state: 'superseded', reason };
}

/** An end that lies ahead is told when it comes, if nothing is before. */
function untilItEnds(then: Plan, lane: Lane, { incident: { open, ends, sequence } }: Situation): Plan {
  if (!open || ends === undefined) return then;
  const due = Math.max(ends, lane.notBefore);
  if (then.next && then.next.due <= due) return then;
  return { ...then, next: { action: 'transition', due, sequence } };
}

/** When an end came that no event tells of and that the message does not show; undefined where there is none. */
function endedAt({ shown, unshown = 0 }: Lane, { open, ends, sequence }: LaneView): number | undefined {
  return shown?.open && !open && sequence > unshown ? ends : undefined;
}

function unlessExpired(lane: Lane, situation: Situation, rule: LaneRule, action: Action, due: number): Plan {
  const { waiting, now, incident } = situation;
  const ended = action === 'transition' ? endedAt(lane, incident) : undefined;
  const newest = waiting.at(-1)?.at ?? (lane.owed ? lane.doubt?.at : ended);
  if (newest === undefined) return { settle: [], clear: false };
  const life = action === 'post' ? rule.expiresAfter : rule.expiresAfter * EDIT_LIFE;
  if (now - newest > life) {
    if (waiting.length === 0 && !lane.owed) return { settle: [], clear: lane.doubt !== undefined };
    const reason = `not sent within ${Math.round(life / 1000)} s`;
    return { settle: verdicts(waiting, lane, { state: 'expired', reason, each: true }), clear: true };
  }
  const sequence = rule.coalescing === 'each-event' ? (waiting[0]?.sequence ?? 0) : incident.sequence;
  return { settle: [], clear: false, next: { action, due, sequence } };
}

/** A stale page is worth less than a stale edit: the message that people see would stay wrong. */
const EDIT_LIFE = 5;

export function laneDecider(rule: LaneRule): Decider<LaneCommand, Lane, LaneEvent> {
  return {
    initialState: initialLane,
    evolve,
    decide: (command, lane) =>
      command.type === 'Proceed' ? proceed(lane, command, rule) : finish(lane, command, rule),
  };
}

const LAPSED: Outcome = { kind: 'ambiguous', reason: 'the process ended before the answer was kept' };

function proceed(lane: Lane, command: LaneCommand & { type: 'Proceed' }, rule: LaneRule): readonly LaneEvent[] {
  const { situation, attemptId } = command;
  if (lane.attempt) return finish(lane, { ...command, type: 'Finish', outcome: LAPSED }, rule);
  const { settle, clear, next } = plan(lane, situation, rule);
  const settled = settle.map((verdict): LaneEvent => ({ type: 'Settled', verdict }));
  if (clear) return [...settled, { type: 'Cleared' }];
  if (!next || next.due > situation.now) return settled;
  const { action, sequence } = next;
  const attempt = { id: attemptId, action, sequence, open: situation.incident.open, startedAt: situation.now };
  return [...settled, { type: 'Started', attempt }];
}

function finish(lane: Lane, command: LaneCommand & { type: 'Finish' }, rule: LaneRule): readonly LaneEvent[] {
  const { situation, outcome, random } = command;
  const { sequence } = lane.attempt!;
  const covered = situation.waiting.filter((row) => row.sequence <= sequence);
  const settled = (state: DeliveryState, reason?: string, receipt?: Receipt): LaneEvent[] =>
    verdicts(covered, lane, { state, reason, receipt }).map((verdict) => ({ type: 'Settled', verdict }));
  const wait = outcome.kind === 'retry' ? (outcome.afterMs ?? 0) : 0;
  const until = situation.now + Math.max(wait, backoff(rule.retrySchedule, lane.tried.length, random));
  switch (outcome.kind) {
    case 'delivered':
      return [
        ...settled('delivered', undefined, outcome.receipt),
        { type: 'Shown', receipt: outcome.receipt, at: situation.now },
      ];
    case 'retry':
      return [{ type: 'Postponed', until }];
    case 'ambiguous':
      return doubted(lane, situation, outcome.reason, until, rule);
    case 'rejected':
      if (outcome.scope === 'integration') return [{ type: 'Released' }];
      if (outcome.scope === 'receipt') return [{ type: 'Lost' }];
      return [...settled('dead-lettered', `${outcome.code}: ${outcome.reason}`), { type: 'Cleared' }];
  }
}

/**
 * After a call that may have taken effect. What may be repeated is. A post is repeated too under at-least-once: its
 * delivery waits for the second try, so that its record can name the message that is certain; when that try is in doubt
 * as well, the record is written and the lane still owes the post.
 */
function doubted(
  lane: Lane,
  situation: Situation,
  reason: string,
  until: number,
  rule: LaneRule,
): readonly LaneEvent[] {
  const { action, sequence } = lane.attempt!;
  const twice = !(action === 'post' ? rule.repeatable.post : rule.repeatable.update);
  const doubt: Doubt = { sequence, at: situation.now, twice: twice || lane.doubt?.twice === true };
  const upTo = (limit: number, why: string): LaneEvent[] => {
    const rows = situation.waiting.filter((row) => row.sequence <= limit);
    return verdicts(rows, lane, { state: 'ambiguous', reason: why }).map((verdict) => ({ type: 'Settled', verdict }));
  };
  if (twice && rule.doubtfulPosts === 'at-most-once') {
    return [...upTo(sequence, `${reason}; not posted again (at-most-once)`), { type: 'Abandoned' }];
  }
  const postponed: LaneEvent[] = [
    { type: 'Doubted', doubt },
    { type: 'Postponed', until },
  ];
  if (!twice || !lane.doubt?.twice) return postponed;
  return [...upTo(lane.doubt.sequence, `${reason}; an earlier try was in doubt too`), ...postponed, { type: 'Owed' }];
}
