import {
  type EventEnvelope,
  makeEvent,
  type Origin,
  ServiceStatusChanged,
  ServiceStatusObserved,
} from '#libs/contracts';
import { derivedId, type Instant, laterOf, step } from '#libs/core';
import { incidentDecider, type IncidentEvent, type IncidentState } from '../incident/incident.js';
import { incidentEnvelope } from '../incident/incident.envelope.js';
import { statusWord } from '../service-status/history.js';
import {
  serviceStatusDecider,
  type ServiceStatusEvent,
  type ServiceStatusState,
  type StatusAfterResolve,
} from '../service-status/service-status.js';
import {
  concernsIncident,
  incidentCommands,
  type Keys,
  keysNeeded,
  mayOpen,
  serviceCommands,
  type ServiceKey,
  serviceKeyOf,
} from './consequences.js';
import { incidentIdOf, type Turn } from './turn.js';

/** A state as it was read: `version` counts its writes, 0 where there is none. */
export interface Versioned<State> {
  readonly version: number;
  readonly state: State;
}

/** What the turns of one batch touch. */
export interface Touched {
  readonly incidents: ReadonlyMap<string, Versioned<IncidentState>>;
  readonly services: ReadonlyMap<string, Versioned<ServiceStatusState>>;
  /** Keys that nobody has, of incidents and of their events: as many as the turns need at most (`neededKeys`). */
  readonly pks: readonly number[];
  readonly eventPks: readonly number[];
}

/** What the turns made of it. The maps hold what changed. */
export interface Decided {
  readonly events: readonly EventEnvelope[];
  readonly incidents: ReadonlyMap<string, { readonly organizationId: string; readonly state: IncidentState }>;
  readonly services: ReadonlyMap<string, { readonly key: ServiceKey; readonly state: ServiceStatusState }>;
}

/** Name of the service, as the source of what it decides. */
export const SOURCE = 'incidents';

/** How many keys the turns take at most. */
export function neededKeys(turns: readonly Turn[], afterResolve: StatusAfterResolve) {
  const needed = turns.filter((turn) => concernsIncident(turn, afterResolve)).map(keysNeeded);
  return {
    pks: needed.reduce((sum, { pks }) => sum + pks, 0),
    eventPks: needed.reduce((sum, { eventPks }) => sum + eventPks, 0),
  };
}

/** Decides all turns in order. The events come in the order of the turns, those of the incident first. */
export function decideTurns(
  turns: readonly Turn[],
  touched: Touched,
  afterResolve: StatusAfterResolve,
  recordedAt: Instant,
): Decided {
  const events: EventEnvelope[] = [];
  const incidents = new Map<string, { organizationId: string; state: IncidentState }>();
  const services = new Map<string, { key: ServiceKey; state: ServiceStatusState }>();
  const [pks, eventPks] = [[...touched.pks], [...touched.eventPks]];
  const statusRules = serviceStatusDecider(afterResolve);
  for (const turn of turns) {
    const origin = originOf(turn, recordedAt);
    if (concernsIncident(turn, afterResolve)) {
      const id = incidentIdOf(turn, turn.start);
      const state = (incidents.get(id) ?? touched.incidents.get(id))?.state;
      const keys = {
        pk: mayOpen(turn) ? pks.shift() : undefined,
        opening: mayOpen(turn) ? eventPks.shift() : undefined,
        closing: turn.end === undefined ? undefined : eventPks.shift(),
      };
      const now = state ? laterOf(recordedAt, state.updatedAt) : recordedAt;
      const after = decideIncident(turn, keys, state, now);
      if (after.events.length > 0) incidents.set(id, { organizationId: turn.organizationId, state: after.state });
      events.push(...after.events.map((event) => incidentEnvelope(event, { ...origin, recordedAt: event.recordedAt })));
    }
    const key = serviceKeyOf(turn);
    if (!key) continue;
    let state = services.get(key.id)?.state ?? touched.services.get(key.id)?.state ?? statusRules.initialState;
    for (const command of serviceCommands(turn)) {
      const next = step(statusRules, state, command);
      if (next.events.length > 0) services.set(key.id, { key, state: next.state });
      state = next.state;
      events.push(...next.events.flatMap((event) => statusEnvelope(event, key, origin)));
    }
  }
  return { events, incidents, services };
}

function decideIncident(
  turn: Turn,
  keys: Keys,
  before: IncidentState,
  now: Instant,
): { events: IncidentEvent[]; state: IncidentState } {
  const events: IncidentEvent[] = [];
  let state = before;
  for (const command of incidentCommands(turn, keys, now)) {
    const next = step(incidentDecider, state, command);
    events.push(...next.events);
    state = next.state;
  }
  return { events, state };
}

type Chain = Omit<Origin, 'id' | 'time'>;

function originOf({ organizationId, cause }: Turn, recordedAt: Instant): Chain {
  const { projectId, correlationId, eventId } = cause;
  return { organizationId, projectId, correlationId, causationId: eventId, recordedAt, source: SOURCE };
}

/** The id comes from what was observed, so that the same observation is the same event whatever record brought it. */
function statusEnvelope(event: ServiceStatusEvent, service: ServiceKey, chain: Chain): readonly EventEnvelope[] {
  if (event.name !== 'Observed') return [];
  const { partition, key, platform, service: name, facet, location } = service;
  const { status, previousStatus, description, time, fingerprint, late } = event;
  const type = event.changed ? ServiceStatusChanged : ServiceStatusObserved;
  const payload = {
    partition,
    key,
    platform,
    service: name,
    facet,
    location,
    status,
    ...(previousStatus === undefined ? {} : { previousStatus }),
    description,
    time,
    fingerprint,
    ...(late ? { late } : {}),
  };
  const id = derivedId(type.name, chain.organizationId, key, fingerprint, time, statusWord(status));
  return [makeEvent(type, payload, { ...chain, id, time })];
}
