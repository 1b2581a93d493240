import { type Tx } from '#libs/store';
import { type Versioned } from '../alerts/decide-turns.js';
import { type AlertName } from '../alerts/turn.js';
import { type OccurrenceState } from '../occurrence/occurrence.js';

/** States of the alerts with these ids; what is absent was never heard of. */
export async function loadOccurrences(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Versioned<OccurrenceState>>> {
  const { rows } = await tx.query<{ id: string } & Versioned<OccurrenceState>>(
    'select id, version, state from alert_occurrence where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, version, state }) => [id, { version, state }]));
}

export interface DueOccurrence extends Versioned<OccurrenceState>, AlertName {
  readonly id: string;
}

/** Alerts last heard on this partition of the log that expire by `watermark` (milliseconds), the earliest first. */
export async function loadDueOccurrences(
  tx: Tx,
  logPartition: number,
  watermark: number,
  limit: number,
): Promise<readonly DueOccurrence[]> {
  const { rows } = await tx.query<DueOccurrence>(
    `select id, organization_id as "organizationId", partition, fingerprint, version, state
     from alert_occurrence
     where log_partition = $1 and expires_at <= to_timestamp($2::double precision / 1000)
     order by expires_at, id limit $3`,
    [logPartition, watermark, limit],
  );
  return rows;
}

/** The first watermark, in milliseconds, at which an alert last heard on this partition expires; `Infinity` for none. */
export async function nextExpiry(tx: Tx, logPartition: number): Promise<number> {
  const { rows } = await tx.query<{ next: number | null }>(
    `select ceil(extract(epoch from min(expires_at)) * 1000)::double precision as next
     from alert_occurrence where log_partition = $1 and expires_at is not null`,
    [logPartition],
  );
  return rows[0]?.next ?? Infinity;
}
