import { type Instant, laterOf } from '#libs/core';
import { levelBySeverity } from '../incident/alert-incident.js';
import { type IssueSeen } from '../incident/incident.commands.js';
import { type IncidentCommand, type Json, type NewIncident } from '../incident/incident.js';
import { incidentIdOf, type Issue } from './issue.js';

/** Level of an issue whose severity is no word of the table of alerts: neither a page nor noise. */
const UNKNOWN_WORD_LEVEL = 3;

/** `critical` 1, `error` 2, `warning` 3, `info` 5; other words as alerts' have them. */
export function levelOf({ severity }: Pick<Issue, 'severity'>): number {
  const word = severity.trim().toLowerCase();
  return (Object.hasOwn(levelBySeverity, word) ? levelBySeverity[word] : undefined) ?? UNKNOWN_WORD_LEVEL;
}

/** By the incident's tags `cluster` and `node` its group is known: `groupOf`. */
export function tagsOf({ clusterId, nodeId, detector, subject }: Issue): string[] {
  const tags = { cluster: clusterId, node: nodeId, detector, subject };
  return Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value.trim()}`]));
}

/** The first line is what people read first. */
export function descriptionOf({ title, message }: Pick<Issue, 'title' | 'message'>): string {
  return message === title ? title : `${title}\n${message}`;
}

/** The latest values of the issue, as the incident shows them. */
export function metadataOf(issue: Issue): Json {
  const { issueId, issueKey, detector, clusterId, nodeId, subject, severity, sequence, title, message } = issue;
  const { observed, threshold, evidence, occurredAt } = issue;
  return {
    ...{ issueId, issueKey, detector, clusterId, ...(nodeId === undefined ? {} : { nodeId }), subject, severity },
    ...{ sequence, title, message, observed, threshold, occurredAt, evidence },
  } as Json;
}

/** Keys that nobody has, for the incident and for one event of it. */
export interface Keys {
  readonly pk: number;
  readonly eventPk: number;
}

/** What an issue event asks of the issue's incident: to open it (it may be over already), to end it, or to show it again. */
export function commandOf(issue: Issue, isKnown: boolean, keys: Keys, now: Instant): IncidentCommand {
  const { end, occurredAt: at, by, message } = issue;
  if (!isKnown) return { type: 'open', incident: newIncident(issue, keys), now };
  const { eventPk } = keys;
  if (end) {
    const ended = { endTime: end.at, reason: reasonOf(end), description: message };
    return { type: 'close', ...ended, issue: seen(issue), eventPk, by, now };
  }
  const shown = { description: descriptionOf(issue), metadata: metadataOf(issue), level: levelOf(issue) };
  return { type: 'observe', at, issue: seen(issue), ...shown, eventPk, by, now };
}

function seen({ issueId, sequence, severity, end }: Issue): IssueSeen {
  return { issueId, sequence, severity, ...(end ? { final: true } : {}) };
}

function reasonOf({ reason }: NonNullable<Issue['end']>): string {
  return reason === 'solved' ? 'resolved' : reason;
}

function newIncident(issue: Issue, { pk, eventPk }: Keys): NewIncident {
  const { openedAt, end, issueId, source, by } = issue;
  return {
    incidentId: incidentIdOf(issue),
    pk,
    eventPk,
    by,
    origin: 'issue',
    startTime: openedAt,
    ...(end ? { endTime: laterOf(end.at, openedAt) } : {}),
    stateful: true,
    level: levelOf(issue),
    description: descriptionOf(issue),
    tags: tagsOf(issue),
    source,
    sourceIncidentId: issueId,
    detailsUrl: '',
    ticketUrl: '',
    metadata: metadataOf(issue),
    issue: seen(issue),
  };
}
