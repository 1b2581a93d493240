import {
  type Actor,
  type IncidentAcknowledged,
  type IncidentChanged,
  type IncidentClosed,
  type IncidentDeleted,
  type IncidentNoted,
  type IncidentObserved,
  type IncidentOpened,
  type IncidentReopened,
  type PayloadOf,
} from '#libs/contracts';
import { compareInstants, type Decider, type Instant, laterOf } from '#libs/core';
import { attributeOf, differences } from './incident.attributes.js';
import {
  type Acknowledge,
  type Change,
  type ChangeAcknowledgement,
  type ChangeTag,
  type Close,
  type Commanded,
  type Delete,
  type IncidentCommand,
  type IssueSeen,
  type Open,
  type Post,
} from './incident.commands.js';
import { earlierOf, isOpen } from './incident.moment.js';
import { known, observe, observed } from './incident.observe.js';
import { opened } from './incident.opened.js';
import { refusalOf } from './incident.rules.js';

export { type IncidentCommand, type NewIncident } from './incident.commands.js';
export { type Refusal } from './incident.refusals.js';
export { refusalOf } from './incident.rules.js';

// ---- events: names and payloads as `libs/contracts` states them, and when they were written down

interface Written<Name extends string, Type> {
  readonly name: Name;
  readonly payload: PayloadOf<Type>;
  readonly recordedAt: Instant;
}

export type IncidentEvent =
  | Written<'IncidentOpened', typeof IncidentOpened>
  | Written<'IncidentClosed', typeof IncidentClosed>
  | Written<'IncidentReopened', typeof IncidentReopened>
  | Written<'IncidentAcknowledged', typeof IncidentAcknowledged>
  | Written<'IncidentChanged', typeof IncidentChanged>
  | Written<'IncidentNoted', typeof IncidentNoted>
  | Written<'IncidentObserved', typeof IncidentObserved>
  | Written<'IncidentDeleted', typeof IncidentDeleted>;

// ---- state

export type Json = PayloadOf<typeof IncidentChanged>['new'];

/** `key=value`, and who added it when; `addedBy` is a user's key, null where nobody is known. */
export interface Tag {
  readonly tag: string;
  readonly addedBy: number | null;
  readonly addedTime: Instant;
}

/** The key of its event, and until when it counts; null for ever. */
export interface Acknowledgement {
  readonly pk: number;
  readonly expiration: Instant | null;
}

export interface Source {
  readonly id: string;
  /** Integer key; absent on records from before sources had one. */
  readonly pk?: number | undefined;
  readonly name: string;
  readonly type: string;
}

/** All that the events say of an incident. What depends on the time of asking (open, acked) is computed: `incidentAt`. */
export interface Incident {
  readonly incidentId: string;
  readonly pk: number;
  /** Number of its events. */
  readonly sequence: number;
  /** False: it has no end and cannot be closed. */
  readonly stateful: boolean;
  readonly startTime: Instant;
  /** Absent while it has no end; it is open until then. */
  readonly endTime?: Instant | undefined;
  readonly closeReason?: string | undefined;
  readonly origin: string;
  /** 1 (critical) to 5 (information). */
  readonly level: number;
  readonly description: string;
  readonly tags: readonly Tag[];
  readonly source: Source;
  readonly sourceIncidentId: string;
  readonly detailsUrl: string;
  readonly ticketUrl: string;
  readonly metadata: Json;
  readonly predecessor?: string | undefined;
  /** Of the origin `issue`: how far it was taken in, what it last said of the incident, and when it was shown last. */
  readonly issue?: (IssueSeen & { readonly said?: string | undefined; readonly at?: Instant }) | undefined;
  readonly acks: readonly Acknowledgement[];
  /** Who opened it: of an end that time alone brings, nobody else is known. */
  readonly openedBy?: Actor | undefined;
  /** When the latest thing recorded of it happened: what lies before is late. */
  readonly latest: Instant;
  /** When it was deleted: it is shown no more, and nothing is done to it any more. */
  readonly deletedAt?: Instant | undefined;
  /** When its first and its last event were written down. */
  readonly openedAt: Instant;
  readonly updatedAt: Instant;
  /** Keys of its last events, to know a repeated command by. */
  readonly recent: readonly number[];
}

/** Undefined before it was opened. */
export type IncidentState = Incident | undefined;

// ---- evolve

/** How many keys of events are remembered. */
const RECENT = 8;

function evolve(state: IncidentState, event: IncidentEvent): IncidentState {
  if (event.name === 'IncidentOpened') return state ?? opened(event.payload, event.recordedAt);
  if (!state) return undefined;
  const { payload, recordedAt } = event;
  const { sequence, eventPk } = payload;
  const happened = earlierOf(payload.timestamp ?? recordedAt, recordedAt);
  const latest = laterOf(state.latest, happened);
  const recent = eventPk === undefined ? state.recent : [...state.recent, eventPk].slice(-RECENT);
  const now: Incident = { ...state, sequence, latest, updatedAt: recordedAt, recent };
  switch (event.name) {
    case 'IncidentClosed':
      return {
        ...now,
        ...known(event.payload.issue, state),
        endTime: event.payload.endTime,
        closeReason: event.payload.reason,
      };
    case 'IncidentReopened':
      return { ...now, endTime: undefined, closeReason: undefined };
    case 'IncidentAcknowledged': {
      const { eventPk: pk, expiration } = event.payload;
      return { ...now, acks: [...state.acks.filter((ack) => ack.pk !== pk), { pk, expiration }] };
    }
    case 'IncidentChanged':
      return { ...now, ...attributeOf(event.payload, state, recordedAt) };
    case 'IncidentObserved':
      return { ...now, ...observed(event.payload, state) };
    case 'IncidentDeleted':
      return { ...now, deletedAt: recordedAt };
    case 'IncidentNoted':
      return now;
  }
}

// ---- decide

/**
 * A refused command, one on an incident that was never opened, and one that was done already cause nothing. A source may
 * say END and RES again: what changes nothing is recorded all the same (reference argus.md 2).
 */
function decide(command: IncidentCommand, state: IncidentState): readonly IncidentEvent[] {
  if (refusalOf(command, state) !== undefined) return [];
  if (command.type === 'open') return state ? [] : [open(command)];
  if (!state) return [];
  switch (command.type) {
    case 'close':
      return close(command, state);
    case 'observe':
      return observe(command, state, common);
    case 'post':
      return isRecent(command.eventPk, state) ? [] : [post(command, state)];
    case 'acknowledge':
      return isRecent(command.eventPk, state) ? [] : [acknowledge(command, state)];
    case 'changeAcknowledgement':
      return changeAcknowledgement(command, state);
    case 'change':
      return change(command, state);
    case 'addTag':
    case 'removeTag':
      return changeTag(command, state);
    case 'delete':
      return [deleted(command, state)];
  }
}

function open({ incident, now }: Open): IncidentEvent {
  const { endTime, stateful } = incident;
  const isOver = stateful && !!endTime && compareInstants(endTime, now) <= 0;
  const payload = { ...incident, sequence: 1, ...(isOver ? { late: true } : {}) };
  return { name: 'IncidentOpened', payload, recordedAt: now };
}

/** What every event after the first has; `at` is its place after those of the same command. */
function common(state: Incident, { by }: Commanded, timestamp: Instant, eventPk?: number, at = 0) {
  const { incidentId, pk, sequence, latest } = state;
  const late = compareInstants(timestamp, latest) < 0;
  return {
    incidentId,
    pk,
    sequence: sequence + 1 + at,
    ...(eventPk === undefined ? {} : { eventPk }),
    ...(by === undefined ? {} : { by }),
    ...(late ? { late } : {}),
    timestamp,
  };
}

function isRecent(eventPk: number | undefined, { recent }: Incident): boolean {
  return eventPk !== undefined && recent.includes(eventPk);
}

/** Ends that nobody stated; a stated one corrects them. */
const INFERRED: ReadonlySet<string | undefined> = new Set(['expired', 'superseded']);

/**
 * The end is never before the start. A closed one stays as it is, but for an end that was only inferred (`expired`: the
 * sender fell silent; `superseded`: a later occurrence began), which the sender's own word corrects.
 */
function close(command: Close, state: Incident): readonly IncidentEvent[] {
  const { reason, eventPk, now, description, issue } = command;
  if (!state.stateful || isRecent(eventPk, state)) return [];
  const corrects = INFERRED.has(state.closeReason) && !INFERRED.has(reason);
  if (state.endTime !== undefined && !corrects) return [];
  const endTime = laterOf(command.endTime, state.startTime);
  const who = { ...command, by: command.by ?? state.openedBy };
  const said = { ...(description === undefined ? {} : { description }), ...(issue === undefined ? {} : { issue }) };
  const payload = { ...common(state, who, endTime, eventPk), type: 'END' as const, endTime, reason, ...said };
  return [{ name: 'IncidentClosed', payload, recordedAt: now }];
}

const REASONS = { END: 'resolved', CLO: 'closed' } as const;

function post(command: Post, state: Incident): IncidentEvent {
  const { verb, unchecked, description, now, timestamp = now } = command;
  const said = { ...common(state, command, timestamp, command.eventPk), description };
  const open = isOpen(state, now);
  if ((verb === 'CLO' || (verb === 'END' && !unchecked)) && open) {
    const payload = { ...said, type: verb, endTime: timestamp, reason: REASONS[verb] };
    return { name: 'IncidentClosed', payload, recordedAt: now };
  }
  if ((verb === 'REO' || (verb === 'RES' && !unchecked)) && state.stateful && !open) {
    return { name: 'IncidentReopened', payload: { ...said, type: verb }, recordedAt: now };
  }
  return { name: 'IncidentNoted', payload: { ...said, type: verb }, recordedAt: now };
}

function acknowledge(command: Acknowledge, state: Incident): IncidentEvent {
  const { eventPk, description, expiration, now, timestamp = now } = command;
  const payload = { ...common(state, command, timestamp, eventPk), eventPk, description, expiration };
  return { name: 'IncidentAcknowledged', payload, recordedAt: now };
}

function changeAcknowledgement(command: ChangeAcknowledgement, state: Incident): readonly IncidentEvent[] {
  const { ackPk: eventPk, expiration, now } = command;
  if (state.acks.some((ack) => ack.pk === eventPk && ack.expiration === expiration)) return [];
  const payload = { ...common(state, command, now), eventPk, description: '', expiration, changed: true };
  return [{ name: 'IncidentAcknowledged', payload, recordedAt: now }];
}

/** One event for each attribute whose value is another. */
function change(command: Change, state: Incident): readonly IncidentEvent[] {
  const { changes, eventPks, now } = command;
  return differences(changes, state).map((difference, at) => {
    const payload = { ...common(state, command, now, eventPks[at], at), ...difference };
    return { name: 'IncidentChanged', payload, recordedAt: now };
  });
}

function changeTag(command: ChangeTag, state: Incident): readonly IncidentEvent[] {
  const others = state.tags.map(({ tag }) => tag).filter((tag) => tag !== command.tag);
  const tags = command.type === 'addTag' ? [...others, command.tag] : others;
  if (tags.length === state.tags.length) return [];
  return change({ ...command, type: 'change', changes: { tags }, eventPks: [], superuser: true }, state);
}

function deleted(command: Delete, state: Incident): IncidentEvent {
  return { name: 'IncidentDeleted', payload: common(state, command, command.now), recordedAt: command.now };
}

/** The incident: the one aggregate that alerts, issues and glue services act on. */
export const incidentDecider: Decider<IncidentCommand, IncidentState, IncidentEvent> = {
  initialState: undefined,
  decide,
  evolve,
};
