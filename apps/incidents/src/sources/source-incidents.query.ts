import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';

/** An incident of a source, as a snapshot of the source is compared with it. */
export interface SourceIncident {
  readonly pk: number;
  readonly sourceIncidentId: string;
  readonly startTime: Instant;
  /** When it was, or will be, over; null while nobody says so. */
  readonly endTime: Instant | null;
  readonly stateful: boolean;
  readonly open: boolean;
  /** Why it is closed: `resolved` where the source said so; null where it is not. */
  readonly closeReason: string | null;
  /** When we heard of it, and of the last thing about it. */
  readonly openedAt: Instant;
  readonly updatedAt: Instant;
}

const COLUMNS = `pk, source_incident_id as "sourceIncidentId", start_time as "startTime",
  nullif(end_time, 'infinity') as "endTime", stateful, coalesce(end_time > $3, false) as open,
  close_reason as "closeReason", opened_at as "openedAt", updated_at as "updatedAt"`;

/** What of a source is open at `now`, the oldest first. */
export async function openOfSource(
  tx: Tx,
  organizationId: string,
  sourcePk: number,
  now: Instant,
): Promise<SourceIncident[]> {
  const { rows } = await tx.query<SourceIncident>(
    `select ${COLUMNS} from view_incident
      where organization_id = $1 and source_pk = $2 and end_time > updated_at and end_time > $3 and deleted_at is null
      order by start_time, pk`,
    [organizationId, sourcePk, now],
  );
  return rows;
}

/** What there is of the source's own ids, open or closed. */
export async function knownOfSource(
  tx: Tx,
  organizationId: string,
  sourcePk: number,
  now: Instant,
  sourceIncidentIds: readonly string[],
): Promise<SourceIncident[]> {
  const { rows } = await tx.query<SourceIncident>(
    `select ${COLUMNS} from unnest($4::text[]) asked(name)
     join view_incident on hashtext(source_incident_id) = hashtext(asked.name) and source_pk = $2
      and source_incident_id = asked.name and organization_id = $1 and deleted_at is null`,
    [organizationId, sourcePk, now, sourceIncidentIds],
  );
  return rows;
}
