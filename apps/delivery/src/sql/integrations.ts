import { type Tx } from '#libs/store';
import { type IntegrationDocument } from '../integration/integration.js';

/**
 * Lets batches see each other: one that changes integrations waits for those of incident events, and they for it, so
 * that no event falls between the two. Batches of incident events do not wait for each other.
 */
export async function lockMatching(tx: Tx, sink: string, alone: boolean): Promise<void> {
  const lock = alone ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await tx.query(`select ${lock}(hashtextextended($1, 0))`, [`delivery.matching/${sink}`]);
}

/** The integrations of the sink, without those deleted long ago. */
export async function selectIntegrations(tx: Tx, sink: string): Promise<readonly IntegrationDocument[]> {
  const { rows } = await tx.query<{ document: IntegrationDocument }>(
    `select document from integration
      where sink = $1 and (deleted_at is null or deleted_at > now() - interval '7 days')`,
    [sink],
  );
  return rows.map(({ document }) => document);
}

export async function selectIntegration(
  tx: Tx,
  sink: string,
  integrationId: string,
): Promise<{ document: IntegrationDocument; parkedCode: string | null } | undefined> {
  const { rows } = await tx.query<{ document: IntegrationDocument; parkedCode: string | null }>(
    `select document, parked_code as "parkedCode" from integration where sink = $1 and integration_id = $2 for update`,
    [sink, integrationId],
  );
  return rows[0];
}

/** Writes a changed integration. Whatever was wrong with it is tried anew. */
export async function saveIntegration(tx: Tx, sink: string, document: IntegrationDocument): Promise<void> {
  await tx.query(
    `insert into roster (sink, version) values ($1, 1)
     on conflict (sink) do update set version = roster.version + 1`,
    [sink],
  );
  await tx.query(
    `insert into integration (sink, integration_id, organization_id, sequence, status, document, deleted_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (sink, integration_id) do update
        set sequence = excluded.sequence, status = excluded.status, document = excluded.document,
            deleted_at = excluded.deleted_at, parked_code = null, parked_remedy = null, parked_at = null, probe_at = null`,
    [
      sink,
      document.integrationId,
      document.organizationId,
      document.sequence,
      document.status,
      JSON.stringify(document),
      document.deletedAt ?? null,
    ],
  );
}

/** Has every lane of an integration that is not at rest, or that an end ahead may have to wake, looked at again now. Locked in order, as everywhere. */
export async function wakeLanes(tx: Tx, sink: string, integrationId: string, now: number): Promise<void> {
  await tx.query(
    `with held as (
       select incident_id from lane
        where sink = $1 and integration_id = $2
          and (due_at is not null or exists (
            select from incident i where i.sink = $1 and i.incident_id = lane.incident_id and i.open
               and i.document ->> 'endTime' is not null))
        order by incident_id for update)
     update lane set due_at = least(due_at, $3) from held
      where lane.sink = $1 and lane.integration_id = $2 and lane.incident_id = held.incident_id`,
    [sink, integrationId, now],
  );
}
