import { type IncidentClosed, type IncidentOpened, type PayloadOf } from '#libs/contracts';
import { type Decider, type Instant, laterOf } from '#libs/core';

// ---- events: names and payloads as `libs/contracts` states them

export type IncidentEvent =
  | { readonly name: 'IncidentOpened'; readonly payload: PayloadOf<typeof IncidentOpened> }
  | { readonly name: 'IncidentClosed'; readonly payload: PayloadOf<typeof IncidentClosed> };

// ---- state

/** What the rules have to remember of an incident; `sequence` counts its events. */
export interface Incident {
  readonly incidentId: string;
  readonly pk: number;
  readonly sequence: number;
  /** False: it has no end and cannot be closed. */
  readonly stateful: boolean;
  readonly startTime: Instant;
  /** Absent while it is open, and for ever on a stateless one. */
  readonly endTime?: Instant | undefined;
  readonly closeReason?: string | undefined;
  readonly origin: string;
  /** 1 (critical) to 5 (information). */
  readonly level: number;
  readonly description: string;
  readonly tags: readonly string[];
  readonly source: { readonly id: string; readonly name: string; readonly type: string };
  readonly sourceIncidentId: string;
  readonly detailsUrl: string;
  readonly ticketUrl: string;
}

/** Undefined before it was opened. */
export type IncidentState = Incident | undefined;

// ---- evolve

function evolve(state: IncidentState, { name, payload }: IncidentEvent): IncidentState {
  switch (name) {
    case 'IncidentOpened': {
      const { endTime, ...rest } = payload;
      return { ...rest, ...(endTime ? { endTime } : {}) };
    }
    case 'IncidentClosed':
      return state && { ...state, sequence: payload.sequence, endTime: payload.endTime, closeReason: payload.reason };
  }
}

// ---- decide

type Opened = PayloadOf<typeof IncidentOpened>;

/** Everything of an incident but what the rules add to it. */
export type NewIncident = {
  readonly [K in keyof Opened as string extends K ? never : Exclude<K, 'sequence'>]: Opened[K];
};

export type IncidentCommand =
  | { readonly type: 'open'; readonly incident: NewIncident }
  | { readonly type: 'close'; readonly endTime: Instant; readonly reason: string };

/** Ends that nobody stated; a stated one corrects them. */
const INFERRED: ReadonlySet<string | undefined> = new Set(['expired', 'superseded']);

/**
 * Opens an incident once. Closes an open one; the end is never before the start. A closed one stays as it is, but for
 * an end that was only inferred (`expired`: the sender fell silent; `superseded`: a later occurrence began), which the
 * sender's own word corrects.
 */
function decide(command: IncidentCommand, state: IncidentState): readonly IncidentEvent[] {
  switch (command.type) {
    case 'open':
      return state ? [] : [{ name: 'IncidentOpened', payload: { ...command.incident, sequence: 1 } }];
    case 'close':
      return close(command.endTime, command.reason, state);
  }
}

function close(endTime: Instant, reason: string, state: IncidentState): readonly IncidentEvent[] {
  if (!state?.stateful) return [];
  const corrects = INFERRED.has(state.closeReason) && !INFERRED.has(reason);
  if (state.endTime !== undefined && !corrects) return [];
  const { incidentId, pk, sequence, startTime } = state;
  const payload = { incidentId, pk, sequence: sequence + 1, endTime: laterOf(endTime, startTime), reason };
  return [{ name: 'IncidentClosed', payload }];
}

/** The incident: the one aggregate that alerts, issues and glue services act on. */
export const incidentDecider: Decider<IncidentCommand, IncidentState, IncidentEvent> = {
  initialState: undefined,
  decide,
  evolve,
};
