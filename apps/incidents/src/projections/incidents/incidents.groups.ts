import { joinKey } from '#libs/contracts';
import { type Instant, millisOf } from '#libs/core';
import { type IncidentDocument } from './incidents.document.js';

type Tagged = Pick<IncidentDocument, 'origin' | 'tags'>;

/** The group of an issue's incident: `<cluster>/<node>`, each percent-encoded; null where it concerns no single node. */
export function groupOf({ origin, tags }: Tagged): string | null {
  if (origin !== 'issue') return null;
  const [cluster, node] = ['cluster=', 'node='].map((key) =>
    tags.find(({ tag }) => tag.startsWith(key))?.tag.slice(key.length),
  );
  return cluster && node ? joinKey(cluster, node) : null;
}

/** The tags that all incidents of a group have; undefined for a text that is no group. */
export function tagsOfGroup(group: string): readonly string[] | undefined {
  const parts = group.split('/');
  if (parts.length !== 2 || parts.includes('')) return undefined;
  try {
    const [cluster, node] = parts.map(decodeURIComponent);
    return [`cluster=${cluster}`, `node=${node}`];
  } catch {
    return undefined;
  }
}

/** Incidents of one group that lie close together in time: what befell one node at once. */
export interface IncidentsOfNode {
  readonly group: string;
  readonly incidentIds: readonly string[];
  readonly open: number;
  /** The worst. */
  readonly level: number;
  readonly startTime: Instant;
}

/** Between the end of one and the start of the next, milliseconds: what begins later is another matter. */
const APART_MS = 600_000;

/** The incidents of a list in their groups, each from its first on; one alone is a group too. None is left out of the list. */
export function groupsOf(incidents: readonly IncidentDocument[]): readonly IncidentsOfNode[] {
  const byGroup = new Map<string, IncidentDocument[]>();
  for (const incident of incidents) {
    const group = groupOf(incident);
    if (group !== null) byGroup.set(group, [...(byGroup.get(group) ?? []), incident]);
  }
  return [...byGroup].flatMap(([group, members]) => together(members).map((some) => summaryOf(group, some)));
}

function together(members: readonly IncidentDocument[]): IncidentDocument[][] {
  const groups: IncidentDocument[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const incident of [...members].sort((a, b) => millisOf(a.startTime) - millisOf(b.startTime))) {
    if (millisOf(incident.startTime) > until + APART_MS) groups.push([]);
    groups.at(-1)!.push(incident);
    until = Math.max(until, endOf(incident));
  }
  return groups;
}

function endOf({ endTime, open, startTime }: IncidentDocument): number {
  if (open || endTime === 'infinity') return Infinity;
  return millisOf(endTime ?? startTime);
}

function summaryOf(group: string, members: readonly IncidentDocument[]): IncidentsOfNode {
  return {
    group,
    incidentIds: members.map(({ incidentId }) => incidentId),
    open: members.filter(({ open }) => open).length,
    level: Math.min(...members.map(({ level }) => level)),
    startTime: members[0]!.startTime,
  };
}
