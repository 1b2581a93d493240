import { compareInstants, type Instant, laterOf } from '#libs/core';
import { type SourceIncident } from './source-incidents.query.js';

/** An incident as the source sees it. */
export interface Seen {
  readonly sourceIncidentId: string;
  readonly startTime: Instant;
  /** Absent while it is open at the source. */
  readonly endTime?: Instant | undefined;
}

/** What a source says of itself. */
export interface Snapshot<Item extends Seen> {
  /** What is open, all of it. */
  readonly open: readonly Item[];
  /** What was there since `since`, open or over. */
  readonly history: readonly Item[];
  readonly since?: Instant | undefined;
  /** When it was so. */
  readonly takenAt: Instant;
}

/** What was missing here, and is said now. */
export type Derived<Item extends Seen> =
  | { readonly type: 'STA'; readonly item: Item; readonly timestamp: Instant }
  | {
      readonly type: 'RES' | 'END';
      readonly pk: number;
      readonly sourceIncidentId: string;
      readonly timestamp: Instant;
    };

/**
 * The STARTs and ENDs that a snapshot shows to be missing. `known` holds what of the source is open here and what there is
 * of the snapshot's ids. Derived again after that was said, nothing is missing.
 *
 * What is newer than the snapshot is left alone: an incident opened after it was taken does not end, and one that ended
 * after it does not start again. What a person has closed stays closed. Of an end that nobody saw only bounds are known:
 * it is taken to be `since` where the history goes back to there and does not show it, else when the snapshot was taken.
 */
export function missingOf<Item extends Seen>(
  snapshot: Snapshot<Item>,
  known: readonly SourceIncident[],
): readonly Derived<Item>[] {
  const here = new Map(known.map((incident) => [incident.sourceIncidentId, incident]));
  const seen = seenOf(snapshot);
  const derived = [...seen.values()].flatMap((item) => fromItem(item, here.get(item.sourceIncidentId), snapshot));
  const gone = known.filter((incident) => incident.open && !seen.has(incident.sourceIncidentId));
  return [...derived, ...gone.flatMap((incident) => ended(incident, unseenEnd(incident, snapshot), snapshot))];
}

/** By id; what is open comes last and counts. */
function seenOf<Item extends Seen>({ open, history }: Snapshot<Item>): ReadonlyMap<string, Item> {
  return new Map([...history, ...open].map((item) => [item.sourceIncidentId, item]));
}

function fromItem<Item extends Seen>(
  item: Item,
  known: SourceIncident | undefined,
  snapshot: Snapshot<Item>,
): Derived<Item>[] {
  if (!known) return [{ type: 'STA', item, timestamp: item.startTime }];
  if (!known.stateful) return [];
  if (item.endTime !== undefined) return known.open ? ended(known, item.endTime, snapshot) : [];
  return known.open ? [] : restarted(item, known, snapshot);
}

function ended<Item extends Seen>(
  { pk, sourceIncidentId, openedAt, startTime }: SourceIncident,
  end: Instant,
  { takenAt }: Snapshot<Item>,
): Derived<Item>[] {
  if (compareInstants(openedAt, takenAt) > 0) return [];
  return [{ type: 'END', pk, sourceIncidentId, timestamp: laterOf(end, startTime) }];
}

function unseenEnd<Item extends Seen>({ startTime }: SourceIncident, { since, takenAt }: Snapshot<Item>): Instant {
  return since !== undefined && compareInstants(startTime, since) < 0 ? since : takenAt;
}

/** It began again after its end, or has never ended although the source once said so. */
function restarted<Item extends Seen>(
  item: Item,
  { pk, sourceIncidentId, endTime, closeReason, updatedAt }: SourceIncident,
  { takenAt }: Snapshot<Item>,
): Derived<Item>[] {
  if (closeReason !== 'resolved' || endTime === null || compareInstants(updatedAt, takenAt) > 0) return [];
  return [{ type: 'RES', pk, sourceIncidentId, timestamp: laterOf(item.startTime, endTime) }];
}
