import { type Tx } from '#libs/store';
import { type IncidentDocument } from '../incident/incident.js';
import { type IntegrationDocument } from '../integration/integration.js';
import { type Lane } from '../lane/lane.js';
import { type LaneSchedule } from '../lane/schedule.js';
import { type Row } from '../lane/verdicts.js';

export interface LaneKey {
  readonly integrationId: string;
  readonly incidentId: string;
}

export function keyOfLane({ integrationId, incidentId }: LaneKey): string {
  return `${integrationId}/${incidentId}`;
}

/** The states of those of the lanes that exist; they are held until the end of the transaction. */
export async function holdLanes(tx: Tx, sink: string, keys: readonly LaneKey[]): Promise<Map<string, Lane>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<LaneKey & { state: Lane }>(
    `select integration_id as "integrationId", incident_id as "incidentId", state from lane
      where sink = $1 and (integration_id, incident_id) in (select * from unnest($2::text[], $3::text[]))
      order by integration_id, incident_id for update`,
    [sink, keys.map(({ integrationId }) => integrationId), keys.map(({ incidentId }) => incidentId)],
  );
  return new Map(rows.map((row) => [keyOfLane(row), row.state]));
}

/** The incidents as they were right after these events; absent where that is not kept (any more). */
export async function selectSnapshots(
  tx: Tx,
  sink: string,
  events: readonly { readonly incidentId: string; readonly sequence: number }[],
): Promise<ReadonlyMap<string, IncidentDocument>> {
  const { rows } = await tx.query<{ document: IncidentDocument }>(
    `select document from incident_event
      where sink = $1 and document is not null
        and (incident_id, sequence) in (select * from unnest($2::text[], $3::integer[]))`,
    [sink, events.map(({ incidentId }) => incidentId), events.map(({ sequence }) => sequence)],
  );
  return new Map(rows.map(({ document }) => [`${document.incidentId}/${document.sequence}`, document]));
}

/** How many lanes of one class of one integration may be begun. */
export interface Quota {
  readonly integrationId: string;
  readonly class: number;
  readonly quota: number;
}

export interface LeasedLane extends LaneKey {
  readonly state: Lane;
  readonly class: number;
  readonly fence: number;
}

/** Takes due lanes that nobody has, oldest first, and holds them until the end of the transaction. */
export async function takeDueLanes(
  tx: Tx,
  sink: string,
  quotas: readonly Quota[],
  now: number,
): Promise<readonly LeasedLane[]> {
  const { rows } = await tx.query<LeasedLane>(TAKE, [
    sink,
    quotas.map(({ integrationId }) => integrationId),
    quotas.map((quota) => quota.class),
    quotas.map(({ quota }) => quota),
    now,
  ]);
  return rows;
}

const TAKE = `
  select l.integration_id as "integrationId", l.incident_id as "incidentId", l.state, l.class, l.fence
    from unnest($2::text[], $3::smallint[], $4::integer[]) as wanted(integration_id, class, quota)
   cross join lateral (
     select * from lane
      where lane.sink = $1 and lane.integration_id = wanted.integration_id and lane.class = wanted.class
        and lane.due_at <= $5 and (lane.lease_until is null or lane.lease_until < now())
      order by lane.due_at limit wanted.quota for update skip locked) l`;

/** The lanes that are still leased under these fences, held until the end of the transaction. */
export async function holdLeased(
  tx: Tx,
  sink: string,
  leases: readonly (LaneKey & { readonly fence: number })[],
): Promise<readonly LeasedLane[]> {
  const { rows } = await tx.query<LeasedLane>(
    `select integration_id as "integrationId", incident_id as "incidentId", state, class, fence from lane
      where sink = $1
        and (integration_id, incident_id, fence) in (select * from unnest($2::text[], $3::text[], $4::bigint[]))
      order by integration_id, incident_id for update`,
    [
      sink,
      leases.map(({ integrationId }) => integrationId),
      leases.map(({ incidentId }) => incidentId),
      leases.map(({ fence }) => fence),
    ],
  );
  return rows;
}

/** What is around a lane: read after it is held, so that nothing newer can have been missed. */
export interface Surroundings extends LaneKey {
  readonly incident: IncidentDocument;
  readonly integration: IntegrationDocument;
  readonly parked: boolean;
  readonly waiting: readonly (Row & { readonly eventId: string; readonly rootEventId: string })[];
}

export async function selectSurroundings(
  tx: Tx,
  sink: string,
  keys: readonly LaneKey[],
): Promise<ReadonlyMap<string, Surroundings>> {
  const { rows } = await tx.query<Surroundings>(SURROUNDINGS, [
    sink,
    keys.map(({ integrationId }) => integrationId),
    keys.map(({ incidentId }) => incidentId),
  ]);
  return new Map(rows.map((row) => [keyOfLane(row), row]));
}

const SURROUNDINGS = `
  select key.integration_id as "integrationId", key.incident_id as "incidentId", i.document as incident,
         n.document as integration, n.parked_code is not null as parked,
         coalesce((select json_agg(json_build_object('deliveryId', d.delivery_id, 'sequence', d.sequence, 'at', d.at,
                                                     'eventId', d.event_id, 'rootEventId', d.root_event_id)
                                   order by d.sequence, d.at)
                     from delivery d
                    where d.sink = $1 and d.integration_id = key.integration_id and d.incident_id = key.incident_id
                      and d.state = 'pending'), '[]') as waiting
    from unnest($2::text[], $3::text[]) as key(integration_id, incident_id)
    join incident i on i.sink = $1 and i.incident_id = key.incident_id
    join integration n on n.sink = $1 and n.integration_id = key.integration_id`;

export interface LaneWrite extends LaneKey, LaneSchedule {
  readonly state: Lane;
  /** Milliseconds from now for which nobody else may take it; null gives it free. */
  readonly lease: number | null;
  readonly fence: number;
}

/** Writes held lanes. */
export async function writeLanes(tx: Tx, sink: string, lanes: readonly LaneWrite[]): Promise<void> {
  if (lanes.length === 0) return;
  await tx.query(WRITE, [sink, JSON.stringify(lanes)]);
}

const WRITE = `
  update lane
     set state = row.state, class = row.class, due_at = row.due, fence = row.fence,
         lease_until = now() + row.lease * interval '1 millisecond'
    from json_to_recordset($2) as row("integrationId" text, "incidentId" text, state json, class smallint, due bigint,
                                      lease double precision, fence bigint)
   where lane.sink = $1 and lane.integration_id = row."integrationId" and lane.incident_id = row."incidentId"`;
