import { derivedId, type Instant, step } from '#libs/core';
import {
  type Cause,
  type EndReason,
  occurrenceDecider,
  type OccurrenceCommand,
  type OccurrenceEvent,
  type OccurrenceState,
  type ServiceName,
} from '../occurrence/occurrence.js';
import { type Alert } from './alert.js';

/** Which alert: the label set `fingerprint` of one organisation and partition. */
export interface AlertName {
  readonly organizationId: string;
  readonly partition: string;
  readonly fingerprint: string;
}

/** A turn in the life of an alert: one of its occurrences began, ended, or is known to have passed. */
export interface Turn extends AlertName {
  readonly what: 'began' | 'ended' | 'passed' | 'corrected';
  readonly start: Instant;
  /** Absent when it began. */
  readonly end?: Instant | undefined;
  readonly reason?: EndReason | undefined;
  readonly service?: ServiceName | undefined;
  /** Absent when time alone ended it. */
  readonly alert?: Alert | undefined;
  readonly cause: Cause;
  /** Start of the occurrence before one that began. */
  readonly predecessor?: Instant | undefined;
}

/** One occurrence of one alert is one incident. */
export function incidentIdOf({ organizationId, partition, fingerprint }: AlertName, start: Instant): string {
  return derivedId(organizationId, partition, fingerprint, start);
}

/** What an alert record asks of the occurrences of its alert. */
export function commandOf(alert: Alert): OccurrenceCommand {
  const { startsAt, endsAt, expiresAt, saidAt, cause } = alert;
  const service = serviceOf(alert);
  if (endsAt !== undefined) return { type: 'resolve', startsAt, endsAt, service, cause };
  return { type: 'fire', startsAt, expiresAt, saidAt, service, cause };
}

function serviceOf({ observation }: Alert): ServiceName | undefined {
  if (!observation) return undefined;
  const { platform, service, facet, location, status } = observation;
  return { platform, service, facet, location, status };
}

/** Decides one command for one alert: its state afterwards (the same object when nothing happened), and the turns. */
export function take(
  name: AlertName,
  command: OccurrenceCommand,
  before: OccurrenceState,
  alert?: Alert,
): { state: OccurrenceState; turns: Turn[] } {
  const { events } = step(occurrenceDecider, before, command);
  const turns: Turn[] = [];
  let state = before;
  for (const event of events) {
    const turn = turnOf(name, event, state, alert);
    if (turn) turns.push(turn);
    state = occurrenceDecider.evolve(state, event);
  }
  return { state, turns };
}

function turnOf(name: AlertName, event: OccurrenceEvent, state: OccurrenceState, alert?: Alert): Turn | undefined {
  const { organizationId, partition, fingerprint } = name;
  const own = { organizationId, partition, fingerprint, alert };
  switch (event.name) {
    case 'Began': {
      const { start, service, cause } = event;
      return { ...own, what: 'began', start, service, cause, predecessor: state.past.at(-1)?.start };
    }
    case 'Passed': {
      const { start, end, reason, service, cause } = event;
      return { ...own, what: 'passed', start, end, reason, service, cause };
    }
    case 'Ended': {
      if (!state.open) return undefined;
      const { start, service, cause } = state.open;
      return {
        ...own,
        what: 'ended',
        start,
        end: event.end,
        reason: event.reason,
        service,
        cause: alert?.cause ?? cause,
      };
    }
    case 'Corrected': {
      if (!alert) return undefined;
      const { start, end } = event;
      return {
        ...own,
        what: 'corrected',
        start,
        end,
        reason: 'resolved',
        service: serviceOf(alert),
        cause: alert.cause,
      };
    }
    case 'Refreshed':
    case 'FiredAgain':
      return undefined;
  }
}
