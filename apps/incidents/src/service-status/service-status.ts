import { compareInstants, type Decider, type Instant } from '#libs/core';
import {
  inForceAt,
  type Noted,
  type Observation,
  placeOf,
  sameObservation,
  sameStatus,
  statusWord,
} from './history.js';

/*
 * The status of one service (organisation, partition, platform, service, facet, location) through time: reference
 * assisted-and-ses B, without its defects. What a firing alert says holds from its `startsAt`. That an alert of a
 * status such as `down` is over means `up`, from its end on, unless another firing alert of the service says otherwise;
 * that it expired means nothing, for nobody said so. Observations are kept at their own time, however late they come;
 * one is a change when the status differs from the one in force before it.
 */

// ---- events

/** A span of time for which an alert stated a status; no `to`: it is firing. */
interface Span extends SpanId {
  readonly status: string;
  readonly description: string;
  readonly to?: Instant | undefined;
}

export type ServiceStatusEvent =
  /** Published as ServiceStatusChanged where `changed`, else as ServiceStatusObserved. */
  | ({ readonly name: 'Observed' } & Noted & {
        readonly previousStatus?: string | undefined;
        /** True where the history goes on behind it. */
        readonly late: boolean;
      })
  /** Not published: what the rules remember of alerts. */
  | ({ readonly name: 'AlertBegan' } & Span)
  | ({ readonly name: 'AlertEnded'; readonly to: Instant } & SpanId);

/** Of an alert, the occurrence that began at `from`. */
interface SpanId {
  readonly fingerprint: string;
  readonly from: Instant;
}

// ---- state

export interface ServiceStatusState {
  /** In order of time; of a long history only the neighbourhood of the times that are asked about. */
  readonly history: readonly Noted[];
  /** Firing alerts and the last ended ones. */
  readonly alerts: readonly Span[];
}

/** How many ended alerts are remembered, to put right what an end that comes late makes wrong. */
const REMEMBERED = 32;

// ---- evolve

function evolve(state: ServiceStatusState, event: ServiceStatusEvent): ServiceStatusState {
  switch (event.name) {
    case 'Observed':
      return { ...state, history: noted(state.history, event) };
    case 'AlertBegan': {
      const { name: _name, ...span } = event;
      return { ...state, alerts: pruned([...state.alerts, span]) };
    }
    case 'AlertEnded':
      return {
        ...state,
        alerts: pruned(state.alerts.map((one) => (isSame(one, event) ? { ...one, to: event.to } : one))),
      };
  }
}

function isSame(a: SpanId, b: SpanId): boolean {
  return a.fingerprint === b.fingerprint && a.from === b.from;
}

function noted(history: readonly Noted[], event: Noted): readonly Noted[] {
  const { fingerprint, status, time, description, changed } = event;
  const entry = { fingerprint, status, time, description, changed };
  const place = placeOf(history, entry);
  if (place) return history.toSpliced(place.index, 0, entry);
  return history.map((one) => (sameObservation(one, entry) ? entry : one));
}

function pruned(alerts: readonly Span[]): readonly Span[] {
  const ended = alerts.filter(({ to }) => to !== undefined);
  if (ended.length <= REMEMBERED) return alerts;
  const oldest = ended.reduce((a, b) => (compareInstants(a.to ?? '', b.to ?? '') <= 0 ? a : b));
  return alerts.filter((one) => one !== oldest);
}

// ---- decide

/** What the end of an alert of a status means: `STATUS_AFTER_RESOLVE`, lower case. */
export type StatusAfterResolve = ReadonlyMap<string, string>;

/** An occurrence of an alert, and what it says of the service. */
interface Said extends SpanId {
  readonly status: string;
  readonly description: string;
}

export type ServiceStatusCommand =
  | { readonly type: 'begin'; readonly alert: Said }
  /** Its sender says that it was over at `at`. */
  | { readonly type: 'resolve'; readonly alert: Said; readonly at: Instant }
  /** It is taken to be over since `at`; nobody said so. */
  | { readonly type: 'expire'; readonly alert: SpanId; readonly at: Instant };

/** The rules of a service's status under one meaning of resolved alerts. */
export function serviceStatusDecider(
  afterResolve: StatusAfterResolve,
): Decider<ServiceStatusCommand, ServiceStatusState, ServiceStatusEvent> {
  return {
    initialState: { history: [], alerts: [] },
    evolve,
    decide: (command, state) => decide(command, state, afterResolve),
  };
}

function decide(
  command: ServiceStatusCommand,
  state: ServiceStatusState,
  afterResolve: StatusAfterResolve,
): readonly ServiceStatusEvent[] {
  switch (command.type) {
    case 'begin':
      return begin(command.alert, state);
    case 'resolve':
      return end(command.alert, command.at, command.alert, state, afterResolve);
    case 'expire':
      return end(command.alert, command.at, undefined, state, afterResolve);
  }
}

function begin(
  { fingerprint, from, status, description }: Said,
  state: ServiceStatusState,
): readonly ServiceStatusEvent[] {
  const span = { fingerprint, from, status, description };
  const known = state.alerts.some((one) => isSame(one, span));
  const observation = { fingerprint, status, description, time: from };
  return [...(known ? [] : [{ name: 'AlertBegan' as const, ...span }]), ...observe(state, observation)];
}

function end(
  id: SpanId,
  at: Instant,
  said: Said | undefined,
  state: ServiceStatusState,
  afterResolve: StatusAfterResolve,
): readonly ServiceStatusEvent[] {
  const span = state.alerts.find((one) => isSame(one, id));
  const events: ServiceStatusEvent[] = [];
  let now = state;
  const add = (more: readonly ServiceStatusEvent[]): void => {
    events.push(...more);
    now = more.reduce(evolve, now);
  };
  if (span && span.to !== at) add([{ name: 'AlertEnded', fingerprint: id.fingerprint, from: id.from, to: at }]);
  if (said) add(afterEnd(said, at, now, afterResolve));
  for (const { ended, to } of overruledBy(span, at, state)) add(afterEnd(ended, to, now, afterResolve));
  return events;
}

/** What holds once `alert` ended at `at`: what another alert says that fired then, else what the end means. */
function afterEnd(
  { fingerprint, status, description }: Said,
  at: Instant,
  state: ServiceStatusState,
  afterResolve: StatusAfterResolve,
): readonly ServiceStatusEvent[] {
  const means = afterResolve.get(statusWord(status));
  if (means === undefined) return [];
  const other = spokesman(state.alerts, fingerprint, at);
  if (!other) return observe(state, { fingerprint, status: means, description, time: at });
  const current = inForceAt(state.history, at);
  if (current && sameStatus(current.status, other.status)) return [];
  return observe(state, {
    fingerprint: other.fingerprint,
    status: other.status,
    description: other.description,
    time: at,
  });
}

/** Of the other alerts that fired at `at`, the one that began last. */
function spokesman(alerts: readonly Span[], fingerprint: string, at: Instant): Span | undefined {
  const firing = alerts.filter(
    (one) =>
      one.fingerprint !== fingerprint &&
      compareInstants(one.from, at) <= 0 &&
      (one.to === undefined || compareInstants(one.to, at) > 0),
  );
  return firing.reduce<Span | undefined>((a, b) => (a && compareInstants(a.from, b.from) > 0 ? a : b), undefined);
}

/**
 * Ends that were told before the end of `span` and overruled by it, though it turns out to have ended no later than
 * they. One webhook lists the alerts of a group in any order of time.
 */
function overruledBy(
  span: Span | undefined,
  at: Instant,
  { alerts }: ServiceStatusState,
): readonly { ended: Span; to: Instant }[] {
  if (!span) return [];
  return alerts.flatMap((ended) => {
    const { to } = ended;
    if (to === undefined || isSame(ended, span)) return [];
    return compareInstants(to, at) >= 0 && compareInstants(span.from, to) <= 0 ? [{ ended, to }] : [];
  });
}

/** Notes an observation at its own time; one that it turns into a change is published again, as that. */
function observe(state: ServiceStatusState, observation: Observation): readonly ServiceStatusEvent[] {
  const place = placeOf(state.history, observation);
  if (!place) return [];
  const { before, after } = place;
  const changed = !before || !sameStatus(before.status, observation.status);
  const late = after !== undefined;
  const events: ServiceStatusEvent[] = [
    { name: 'Observed', ...observation, changed, late, previousStatus: before?.status },
  ];
  if (after && !after.changed && !sameStatus(after.status, observation.status)) {
    events.push({ name: 'Observed', ...after, changed: true, late: true, previousStatus: observation.status });
  }
  return events;
}
