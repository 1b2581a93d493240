import { joinKey } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { incidentOfAlert } from '../incident/alert-incident.js';
import { type IncidentCommand } from '../incident/incident.js';
import { statusWord } from '../service-status/history.js';
import { type ServiceStatusCommand, type StatusAfterResolve } from '../service-status/service-status.js';
import { incidentIdOf, type Turn } from './turn.js';

/** Whether a status is the one that services should have: it opens no incident. */
export function isHealthy(status: string, afterResolve: StatusAfterResolve): boolean {
  const word = statusWord(status);
  return [...afterResolve.values()].some((healthy) => statusWord(healthy) === word);
}

/** Whether the turn concerns an incident: all do, but those of alerts that say that a service is well. */
export function concernsIncident(turn: Turn, afterResolve: StatusAfterResolve): boolean {
  return !turn.service || !isHealthy(turn.service.status, afterResolve);
}

/** What a turn asks of its incident. `pk` is drawn for those that may open. */
export function incidentCommands(turn: Turn, pk: number | undefined, now: Instant): readonly IncidentCommand[] {
  const close: readonly IncidentCommand[] =
    turn.end === undefined ? [] : [{ type: 'close', endTime: turn.end, reason: turn.reason ?? 'resolved', now }];
  if (!turn.alert || pk === undefined || !mayOpen(turn)) return close;
  const { start, predecessor } = turn;
  const occurrence = {
    incidentId: incidentIdOf(turn, start),
    start,
    ...(predecessor === undefined ? {} : { predecessor: incidentIdOf(turn, predecessor) }),
  };
  return [{ type: 'open', incident: incidentOfAlert(turn.alert, occurrence, pk), now }, ...close];
}

export function mayOpen({ what }: Turn): boolean {
  return what === 'began' || what === 'passed';
}

/** The service whose status a turn may change: `key` is unambiguous within the organisation. */
export interface ServiceKey {
  readonly id: string;
  readonly organizationId: string;
  readonly partition: string;
  readonly key: string;
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
  readonly location: string;
}

export function serviceKeyOf(turn: Turn): ServiceKey | undefined {
  if (!turn.service) return undefined;
  const { organizationId, partition } = turn;
  const { platform, service, facet, location } = turn.service;
  const key = joinKey(partition, platform, service, facet, location);
  return { id: derivedId(organizationId, key), organizationId, partition, key, platform, service, facet, location };
}

/** What a turn asks of the status of its service. */
export function serviceCommands(turn: Turn): readonly ServiceStatusCommand[] {
  if (!turn.service) return [];
  const { fingerprint, start, end } = turn;
  const description = turn.alert?.observation?.description ?? '';
  const alert = { fingerprint, from: start, status: turn.service.status, description };
  const begin: readonly ServiceStatusCommand[] = mayOpen(turn) ? [{ type: 'begin', alert }] : [];
  if (end === undefined) return begin;
  return [
    ...begin,
    turn.reason === 'resolved' ? { type: 'resolve', alert, at: end } : { type: 'expire', alert, at: end },
  ];
}
