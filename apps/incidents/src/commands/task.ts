import { type Actor } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { type IncidentCommand, type NewIncident } from '../incident/incident.js';
import {
  type AttributeChanges,
  type BulkAction,
  type Caller,
  type OpenIncident,
  type PostedAcknowledgement,
  type PostedEvent,
} from './incident-commands.js';

/** The keys that a transaction draws for a task, and its time. */
export interface Drawn {
  readonly now: Instant;
  readonly pk: number;
  readonly eventPks: readonly number[];
}

/** One command on one incident, waiting to be done. */
export interface Task {
  readonly caller: Caller;
  /** The incident; undefined of a new one. */
  readonly pk?: number | undefined;
  /** Of a new incident: its id, made once, so that the command is done once however often it is tried. */
  readonly incidentId?: string | undefined;
  /** What no two incidents share: the source's own id, where it gave one. */
  readonly sourceKey?: string | undefined;
  /** That id, and whose it is. */
  readonly source?: { readonly sourceIncidentId: string; readonly sourcePk: number } | undefined;
  /** Keys of events that it needs at most. */
  readonly eventPks: number;
  command(drawn: Drawn): IncidentCommand;
}

export function openTask(caller: Caller, incident: OpenIncident, incidentId: string): Task {
  const { source, sourceIncidentId = '' } = incident;
  return {
    caller,
    incidentId,
    ...(sourceIncidentId === ''
      ? {}
      : {
          sourceKey: sourceKeyOf(source.pk, sourceIncidentId),
          source: { sourceIncidentId, sourcePk: source.pk },
        }),
    eventPks: 1,
    command: ({ now, pk, eventPks }) => ({
      type: 'open',
      incident: newIncident(caller.by, incident, { incidentId, pk, eventPk: eventPks[0]! }),
      now,
    }),
  };
}

/** The same for the same source and id: unique keys are short, ids are long texts. */
export function sourceKeyOf(sourcePk: number, sourceIncidentId: string): string {
  return derivedId('source-incident', sourcePk, sourceIncidentId);
}

const DEFAULT_LEVEL = 5;

function newIncident(
  by: Actor,
  incident: OpenIncident,
  keys: { incidentId: string; pk: number; eventPk: number },
): NewIncident {
  const { source, sourceUser = by, startTime, endTime, metadata } = incident;
  return {
    ...keys,
    by: sourceUser,
    origin: incident.origin ?? 'api',
    startTime,
    ...(typeof endTime === 'string' && endTime !== 'infinity' ? { endTime } : {}),
    stateful: endTime !== null,
    level: incident.level ?? DEFAULT_LEVEL,
    description: incident.description ?? '',
    tags: [...new Set(incident.tags)],
    ...(sourceUser.userPk === by.userPk ? {} : { tagsAddedBy: by.userPk }),
    source: { id: source.id, pk: source.pk, name: source.name, type: source.type },
    sourceIncidentId: incident.sourceIncidentId ?? '',
    detailsUrl: incident.detailsUrl ?? '',
    ticketUrl: incident.ticketUrl ?? '',
    ...(metadata === undefined ? {} : { metadata }),
  };
}

export function postTask(caller: Caller, pk: number, event: PostedEvent, unchecked = false): Task {
  const { type: verb, timestamp, description = '' } = event;
  return {
    caller,
    pk,
    eventPks: 1,
    command: ({ now, eventPks }) => ({
      type: 'post',
      verb,
      eventPk: eventPks[0]!,
      timestamp,
      description,
      unchecked,
      by: caller.by,
      now,
    }),
  };
}

export function acknowledgeTask(caller: Caller, pk: number, acknowledgement: PostedAcknowledgement): Task {
  const { timestamp, description = '', expiration = null } = acknowledgement;
  return {
    caller,
    pk,
    eventPks: 1,
    command: ({ now, eventPks }) => ({
      type: 'acknowledge',
      eventPk: eventPks[0]!,
      timestamp,
      description,
      expiration,
      by: caller.by,
      now,
    }),
  };
}

export function changeAcknowledgementTask(caller: Caller, pk: number, ackPk: number, expiration: Instant | null): Task {
  return {
    caller,
    pk,
    eventPks: 0,
    command: ({ now }) => ({ type: 'changeAcknowledgement', ackPk, expiration, by: caller.by, now }),
  };
}

export function changeTask(caller: Caller, pk: number, changes: AttributeChanges): Task {
  const given = Object.values(changes).filter((value) => value !== undefined).length;
  return {
    caller,
    pk,
    eventPks: given,
    command: ({ now, eventPks }) => ({
      type: 'change',
      changes,
      eventPks,
      superuser: caller.superuser,
      by: caller.by,
      now,
    }),
  };
}

export function tagTask(caller: Caller, pk: number, type: 'addTag' | 'removeTag', tag: string): Task {
  return { caller, pk, eventPks: 0, command: ({ now }) => ({ type, tag, by: caller.by, now }) };
}

export function deleteTask(caller: Caller, pk: number, sourcePk: number | undefined): Task {
  const { by, superuser } = caller;
  return { caller, pk, eventPks: 0, command: ({ now }) => ({ type: 'delete', sourcePk, superuser, by, now }) };
}

export function bulkTask(caller: Caller, pk: number, action: BulkAction): Task {
  switch (action.what) {
    case 'event':
      return postTask(caller, pk, action.event, true);
    case 'acknowledgement':
      return acknowledgeTask(caller, pk, action.acknowledgement);
    case 'ticketUrl':
      return changeTask(caller, pk, { ticketUrl: action.ticketUrl });
  }
}
