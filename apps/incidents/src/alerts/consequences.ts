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

/** Keys that nobody has: of the incident that may be opened, of the event that opens it, of the one that closes it. */
export interface Keys {
  readonly pk: number | undefined;
  readonly opening: number | undefined;
  readonly closing: number | undefined;
}

/** How many keys a turn takes. */
export function keysNeeded(turn: Turn): { readonly pks: number; readonly eventPks: number } {
  const opens = mayOpen(turn) ? 1 : 0;
  return { pks: opens, eventPks: opens + (turn.end === undefined ? 0 : 1) };
}

/** What a turn asks of its incident. */
export function incidentCommands(turn: Turn, keys: Keys, now: Instant): readonly IncidentCommand[] {
  const { pk, opening, closing } = keys;
  const close: readonly IncidentCommand[] =
    turn.end === undefined
      ? []
      : [
          {
            type: 'close',
            endTime: turn.end,
            reason: turn.reason ?? 'resolved',
            eventPk: closing,
            by: turn.alert?.by,
            now,
          },
        ];
  if (!turn.alert || pk === undefined || opening === undefined) return close;
  const { start, predecessor } = turn;
  const occurrence = {
    incidentId: incidentIdOf(turn, start),
    start,
    ...(predecessor === undefined ? {} : { predecessor: incidentIdOf(turn, predecessor) }),
  };
  return [{ type: 'open', incident: incidentOfAlert(turn.alert, occurrence, { pk, eventPk: opening }), now }, ...close];
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
