import {
  type Actor,
  type IncidentEventType,
  type IncidentObserved,
  type IncidentOpened,
  type PayloadOf,
} from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Json } from './incident.js';

type Opened = PayloadOf<typeof IncidentOpened>;

/** Everything of an incident but what the rules add to it. */
export type NewIncident = {
  readonly [K in keyof Opened as string extends K ? never : Exclude<K, 'sequence' | 'late' | 'timestamp'>]: Opened[K];
};

/** Origins of incidents that somebody opened by a command, whose values are checked. */
export const BY_COMMAND: ReadonlySet<string> = new Set(['api', 'tocsin']);

/** Who commands, and when it is written down. */
export interface Commanded {
  readonly by?: Actor | undefined;
  readonly now: Instant;
}

export interface Open extends Commanded {
  readonly type: 'open';
  readonly incident: NewIncident;
}

/** An alert or an issue is over; `reason` tells who found that. */
export interface Close extends Commanded {
  readonly type: 'close';
  readonly endTime: Instant;
  readonly reason: string;
  readonly eventPk?: number | undefined;
  readonly description?: string | undefined;
  readonly issue?: IssueSeen | undefined;
}

/** How far an issue was taken in. */
export type IssueSeen = PayloadOf<typeof IncidentObserved>['issue'];

/** An issue was seen again. */
export interface Observe extends Commanded {
  readonly type: 'observe';
  readonly at: Instant;
  readonly issue: IssueSeen;
  readonly description: string;
  readonly metadata: Json;
  readonly level: number;
  /** Key of the event that tells of another level. */
  readonly eventPk?: number | undefined;
}

export interface Post extends Commanded {
  readonly type: 'post';
  readonly verb: IncidentEventType;
  readonly eventPk: number;
  /** Absent: now, which is for people only. */
  readonly timestamp?: Instant | undefined;
  readonly description: string;
  /** True: no rule of roles and conflicts holds, and only CLO and REO have an effect (bulk: reference argus.md 1.10). */
  readonly unchecked?: boolean | undefined;
}

export interface Acknowledge extends Commanded {
  readonly type: 'acknowledge';
  readonly eventPk: number;
  /** Absent: now. */
  readonly timestamp?: Instant | undefined;
  readonly description: string;
  /** Null: for ever. */
  readonly expiration: Instant | null;
}

export interface ChangeAcknowledgement extends Commanded {
  readonly type: 'changeAcknowledgement';
  readonly ackPk: number;
  readonly expiration: Instant | null;
}

/** What is absent stays. `tags` are all of them, `key=value`. */
export interface Changes {
  readonly level?: number | undefined;
  readonly description?: string | undefined;
  readonly detailsUrl?: string | undefined;
  readonly ticketUrl?: string | undefined;
  readonly metadata?: Json | undefined;
  readonly tags?: readonly string[] | undefined;
}

export interface Change extends Commanded {
  readonly type: 'change';
  readonly changes: Changes;
  /** Keys for the events, as many as attributes are given; fewer: events without a key. */
  readonly eventPks: readonly number[];
  /** May drop tags of others. */
  readonly superuser: boolean;
}

export interface ChangeTag extends Commanded {
  readonly type: 'addTag' | 'removeTag';
  readonly tag: string;
}

/** It shall be shown no more. */
export interface Delete extends Commanded {
  readonly type: 'delete';
  /** Key of the source that the caller is; absent on a person. */
  readonly sourcePk?: number | undefined;
  readonly superuser: boolean;
}

export type IncidentCommand =
  Open | Close | Observe | Post | Acknowledge | ChangeAcknowledgement | Change | ChangeTag | Delete;
