import { type Tx } from '#libs/store';
import { type TimelineEntry } from '../projections/incidents/incidents.projection.js';
import { type Moment } from './moment.js';

/** Of each incident (by the id of its row) the events that count at a moment, in order of their sequence. */
export async function loadTimelines(
  tx: Tx,
  organizationId: string,
  ids: readonly string[],
  moment: Moment,
): Promise<ReadonlyMap<string, readonly TimelineEntry[]>> {
  const timelines = new Map<string, TimelineEntry[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return timelines;
  const { rows } = await tx.query<{ id: string; document: string }>(
    `select entry.id, entry.document from unnest($2::uuid[]) as wanted(id)
     cross join lateral (
       select id, sequence, document from view_timeline
       where organization_id = $1 and id = wanted.id and ${moment.known === 'at' ? 'recorded_at' : 'time'} <= $3
       order by sequence
     ) as entry`,
    [organizationId, ids, moment.asOf],
  );
  for (const { id, document } of rows) timelines.get(id)!.push(JSON.parse(document) as TimelineEntry);
  return timelines;
}
