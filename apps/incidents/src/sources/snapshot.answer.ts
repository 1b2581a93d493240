import { compareInstants, type Instant } from '#libs/core';
import { problem } from '#libs/runtime';
import { readTag, type TagFault } from '../incident/incident.refusals.js';
import { type Json } from '../incident/incident.js';
import { type SourceSystem } from './registry.js';
import { type Derived, type Snapshot } from './snapshot.rules.js';
import { idOf, type SeenIncident, type SnapshotOutcome } from './snapshots.js';
import { type SnapshotAnswer, type SnapshotBody, type SnapshotHistoryItem } from './sources.dto.js';

const FAULTS: Readonly<Record<TagFault['fault'], string>> = {
  'no-delimiter': 'expected key=value',
  'empty-key': 'the key is empty',
  'bad-key': 'the key may have lower-case letters, digits and underscores only',
};

/** What was sent, ready to be compared. @throws Problem 400 that names the fields that are wrong */
export function snapshotOf(body: SnapshotBody, now: Instant): Snapshot<SeenIncident> {
  const fields: Record<string, string> = {};
  const read = (list: 'open' | 'history', items: readonly SnapshotHistoryItem[]): SeenIncident[] => {
    const seen = items.map((item, at) => seenOf(given(item), `${list}.${at}`, fields));
    for (const at of repeated(seen)) fields[`${list}.${at}.sourceIncidentId`] = 'comes more than once';
    return seen;
  };
  const open = read('open', body.open);
  const history = read('history', body.history ?? []);
  if (Object.keys(fields).length > 0) {
    throw problem(400, 'Invalid request', { fields: Object.fromEntries(Object.entries(fields).slice(0, 50)) });
  }
  const { since, takenAt = now } = given(body);
  return { open, history, since, takenAt: compareInstants(takenAt, now) < 0 ? takenAt : now };
}

/** Null is absent. */
function given<T extends object>(body: T): T {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as T;
}

/** Places of ids that came before. */
function repeated(seen: readonly SeenIncident[]): number[] {
  const ids = new Set<string>();
  return seen.flatMap(({ sourceIncidentId }, at) => (ids.size === ids.add(sourceIncidentId).size ? [at] : []));
}

function seenOf(item: SnapshotHistoryItem, path: string, fields: Record<string, string>): SeenIncident {
  const { sourceIncidentId, description, level, detailsUrl } = item;
  const { startTime, endTime } = item;
  if (endTime !== undefined && compareInstants(endTime, startTime) < 0) fields[`${path}.endTime`] = 'before startTime';
  for (const [name, text] of Object.entries({ sourceIncidentId, description, detailsUrl })) {
    if (text !== undefined && !isKept(text)) fields[`${path}.${name}`] = 'holds NUL or half of a surrogate pair';
  }
  return {
    sourceIncidentId: sourceIncidentId.trim(),
    startTime,
    ...(endTime === undefined ? {} : { endTime }),
    tags: (item.tags ?? []).map((tag, at) => tagOf(tag, `${path}.tags.${at}`, fields)),
    description: description?.trim(),
    level,
    detailsUrl: detailsUrl?.trim(),
    metadata: item.metadata as Json | undefined,
  };
}

function tagOf(text: string, path: string, fields: Record<string, string>): string {
  const read = readTag(text);
  if ('fault' in read) fields[path] = FAULTS[read.fault];
  else if (!isKept(read.tag)) fields[path] = 'holds NUL or half of a surrogate pair';
  return 'tag' in read ? read.tag : text;
}

/** Whether PostgreSQL can keep it. */
function isKept(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

export function snapshotAnswer(
  { id, pk, name, type }: SourceSystem,
  { takenAt }: Snapshot<SeenIncident>,
  dryRun: boolean,
  { derived, unchanged, refused }: SnapshotOutcome,
): SnapshotAnswer {
  const count = (wanted: string): number => derived.filter((one) => one.type === wanted).length;
  return {
    source: { id, pk, name, type },
    dryRun,
    takenAt,
    opened: count('STA'),
    ended: count('END'),
    restarted: count('RES'),
    unchanged,
    events: derived.map(shown),
    refused: [...refused],
  };
}

function shown(one: Derived<SeenIncident>): SnapshotAnswer['events'][number] {
  const endTime = one.type === 'STA' ? one.item.endTime : undefined;
  const { type, timestamp } = one;
  return { type, sourceIncidentId: idOf(one), timestamp, ...(endTime === undefined ? {} : { endTime }) };
}
