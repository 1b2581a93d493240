import { compareInstants, type Instant } from '#libs/core';
import { type SourceSystem } from './registry.js';
import { type SnapshotRead, wrong } from './snapshot.body.js';
import { type Derived, type Snapshot } from './snapshot.rules.js';
import { idOf, type SeenIncident, type SnapshotOutcome } from './snapshots.js';
import { type SnapshotAnswer } from './sources.dto.js';

type Item = NonNullable<SnapshotRead['history']>[number];

/** What was sent, ready to be compared. @throws Problem 400 that names the fields that are wrong */
export function snapshotOf(body: SnapshotRead, now: Instant): Snapshot<SeenIncident> {
  const open = body.open.map(seenOf);
  const history = (body.history ?? []).map(seenOf);
  const complaints = [...faultsOf('open', open), ...faultsOf('history', history)];
  if (complaints.length > 0) throw wrong(complaints);
  const takenAt = body.takenAt ?? now;
  return { open, history, since: body.since ?? undefined, takenAt: compareInstants(takenAt, now) < 0 ? takenAt : now };
}

/** Null is absent. */
function seenOf(item: Item): SeenIncident {
  const { sourceIncidentId, startTime, endTime, tags, description, level, detailsUrl, metadata } = item;
  return {
    sourceIncidentId,
    startTime,
    ...(endTime ? { endTime } : {}),
    tags: tags ?? [],
    description: description ?? undefined,
    level: level ?? undefined,
    detailsUrl: detailsUrl ?? undefined,
    metadata: metadata ?? undefined,
  };
}

/** Ids that come again, and ends that come before the start. */
function faultsOf(list: string, seen: readonly SeenIncident[]): [string, string][] {
  const ids = new Set<string>();
  return seen.flatMap(({ sourceIncidentId, startTime, endTime }, at) => {
    const faults: [string, string][] = [];
    if (ids.size === ids.add(sourceIncidentId).size) {
      faults.push([`${list}.${at}.sourceIncidentId`, 'comes more than once']);
    }
    if (endTime !== undefined && compareInstants(endTime, startTime) < 0) {
      faults.push([`${list}.${at}.endTime`, 'before startTime']);
    }
    return faults;
  });
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
