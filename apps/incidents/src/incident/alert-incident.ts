import { type Labels, labelOf } from '#libs/contracts';
import { type Alert } from '../alerts/alert.js';
import { type NewIncident } from './incident.commands.js';

/**
 * Level of an incident by the alert's label `severity`, in any case; THE table. Levels are Argus' (reference argus.md
 * 3): 1 critical, 2 high, 3 moderate, 4 low, 5 information. Without the label: 5, Argus' default. A word that is not
 * here: 3, so that a team's own word is neither a page nor noise.
 */
export const levelBySeverity: Readonly<Record<string, number>> = {
  critical: 1,
  crit: 1,
  emergency: 1,
  alert: 1,
  fatal: 1,
  disaster: 1,
  page: 1,
  p1: 1,
  high: 2,
  error: 2,
  err: 2,
  major: 2,
  p2: 2,
  warning: 3,
  warn: 3,
  moderate: 3,
  medium: 3,
  average: 3,
  minor: 3,
  p3: 3,
  low: 4,
  notice: 4,
  p4: 4,
  info: 5,
  information: 5,
  informational: 5,
  none: 5,
  debug: 5,
  ok: 5,
  p5: 5,
};

const DEFAULT_LEVEL = 5;
const UNKNOWN_WORD_LEVEL = 3;

export function levelOf(labels: Labels): number {
  const severity = labelOf(labels, 'severity');
  if (severity === undefined) return DEFAULT_LEVEL;
  const word = severity.trim().toLowerCase();
  return (Object.hasOwn(levelBySeverity, word) ? levelBySeverity[word] : undefined) ?? UNKNOWN_WORD_LEVEL;
}

/**
 * Every label as `key=value`, in the order of the label names, each text once. Argus' keys are `^[a-z0-9_]+$` (reference
 * argus.md 3): letters become lower case, every other character `_`. Values keep all but white space at their ends. Two
 * labels whose names meet in one key (`Zone`, `zone`) both stay: a key may have several values.
 */
export function tagsOf(labels: Labels): string[] {
  const names = Object.keys(labels).sort();
  const tags = names.map((name) => `${tagKey(name)}=${(labels[name] ?? '').trim()}`);
  return [...new Set(tags)];
}

function tagKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9_]/gu, '_');
}

/** What people read first: the words that the rule's author wrote for them, else the alert's name. */
export function descriptionOf(alert: Pick<Alert, 'labels' | 'annotations' | 'fingerprint'>): string {
  const { labels, annotations } = alert;
  const written = ['description', 'summary', 'message', 'title'].map((name) => labelOf(annotations, name));
  const named = [labelOf(labels, 'description'), labelOf(labels, 'alertname')];
  return [...written, ...named].find((words) => words?.trim())?.trim() ?? `alert ${alert.fingerprint}`;
}

/** The incident that one occurrence of an alert opens. */
export function incidentOfAlert(
  alert: Alert,
  occurrence: { incidentId: string; start: string; predecessor?: string | undefined },
  { pk, eventPk }: { readonly pk: number; readonly eventPk: number },
): NewIncident {
  return {
    incidentId: occurrence.incidentId,
    pk,
    eventPk,
    ...(alert.by ? { by: alert.by } : {}),
    origin: 'alert',
    startTime: occurrence.start,
    stateful: true,
    level: levelOf(alert.labels),
    description: descriptionOf(alert),
    tags: tagsOf(alert.labels),
    source: alert.source,
    sourceIncidentId: `${alert.fingerprint}/${occurrence.start}`,
    detailsUrl: alert.generatorURL,
    ticketUrl: '',
    ...(occurrence.predecessor === undefined ? {} : { predecessor: occurrence.predecessor }),
  };
}
