import { type Instant } from '#libs/core';
import { type StoreTx } from '#libs/store';
import { type HistoryRow } from './services.projection.js';
import { type ChangedRow, type ServiceChange } from './services.read-model.js';

export interface AskedTime {
  readonly organizationId: string;
  readonly id: string;
  readonly time: Instant;
}

const COLUMNS =
  'organization_id, service_id, time, arrival, fingerprint, status, description, transition, late, event_id, recorded_at';

/** Of each service, the observations at the times that are asked about, the one before each and the one after, in order. */
export async function loadNeighbourhoods(
  tx: StoreTx,
  table: string,
  asked: readonly AskedTime[],
): Promise<ReadonlyMap<string, HistoryRow[]>> {
  const { rows } = await tx.query<HistoryRow & { id: string }>(
    `select service_id as id, time, arrival as "offset", fingerprint, status, description, transition, late,
       event_id as "eventId", recorded_at as "recordedAt"
     from (
       select distinct near.*
       from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as asked(organization, id, at)
       cross join lateral (
         (select ${COLUMNS} from ${table} where organization_id = organization and service_id = id and time < at
          order by time desc, arrival desc limit 1)
         union all
         (select ${COLUMNS} from ${table} where organization_id = organization and service_id = id and time = at)
         union all
         (select ${COLUMNS} from ${table} where organization_id = organization and service_id = id and time > at
          order by time, arrival limit 1)
       ) as near
     ) as neighbourhood
     order by service_id, time, arrival`,
    [asked.map((one) => one.organizationId), asked.map(({ id }) => id), asked.map(({ time }) => time)],
  );
  const histories = new Map<string, HistoryRow[]>();
  for (const { id, ...row } of rows) {
    const history = histories.get(id);
    if (history) history.push(row);
    else histories.set(id, [row]);
  }
  return histories;
}

export async function insertServices(tx: StoreTx, table: string, changes: readonly ServiceChange[]): Promise<void> {
  const rows = changes.map(({ organizationId, id, history }) => {
    const { key, partition, platform, service, facet, location } = history;
    return { organization_id: organizationId, id, key, partition, platform, service, facet, location };
  });
  await tx.query(
    `insert into ${table} select row.* from jsonb_populate_recordset(null::${table}, $1) as row order by id on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}

export async function insertRows(tx: StoreTx, table: string, rows: readonly ChangedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into ${table} select row.* from jsonb_populate_recordset(null::${table}, $1) as row on conflict do nothing`,
    [
      JSON.stringify(
        rows.map((row) => ({
          organization_id: row.organizationId,
          service_id: row.serviceId,
          partition: row.partition,
          time: row.time,
          arrival: row.offset,
          fingerprint: row.fingerprint,
          status: row.status,
          description: row.description,
          transition: row.transition,
          late: row.late,
          event_id: row.eventId,
          recorded_at: row.recordedAt,
        })),
      ),
    ],
  );
}

export async function updateTransitions(tx: StoreTx, table: string, rows: readonly ChangedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `update ${table} as kept set transition = new.transition
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::boolean[])
       as new(organization_id, service_id, time, arrival, transition)
     where kept.organization_id = new.organization_id and kept.service_id = new.service_id
       and kept.time = new.time and kept.arrival = new.arrival`,
    [
      rows.map((row) => row.organizationId),
      rows.map((row) => row.serviceId),
      rows.map((row) => row.time),
      rows.map((row) => row.offset),
      rows.map((row) => row.transition),
    ],
  );
}
