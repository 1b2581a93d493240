import { type Instant, millisOf } from '#libs/core';
import { type Tx } from '#libs/store';
import { type ClusterTurn } from '../control/cluster-life.js';
import { type SettingsRevision } from '../settings/settings-book.js';

interface ClusterName {
  readonly organizationId: string;
  readonly clusterId: string;
}

/** Serialises changes to what rules are told against the batches that are told it. */
const LOCK = "pg_catalog.hashtextextended(current_schema() || '.control', 0)";

/** The version of what rules are told, which no change can overtake until the transaction ends. */
export async function readControlVersion(tx: Tx): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock_shared(${LOCK})`);
  const { rows } = await tx.query<{ version: number }>('select version from control');
  return rows[0]?.version ?? 0;
}

/** Waits until no batch runs, and holds new ones off until the transaction ends; they will read it all again. */
export async function changeControl(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${LOCK})`);
  await tx.query('update control set version = version + 1');
}

export async function loadSettings(tx: Tx): Promise<readonly SettingsRevision[]> {
  const { rows } = await tx.query<SettingsRevision>(
    `select organization_id as "organizationId", detector, cluster_id as "clusterId", revision, settings,
       effective_from as "effectiveFrom" from detector_settings order by revision`,
  );
  return rows;
}

/** Keeps a revision; one that is there already stays as it is. Answers whether it is new. */
export async function saveSettings(tx: Tx, revision: SettingsRevision): Promise<boolean> {
  const { organizationId, detector, clusterId, settings, effectiveFrom } = revision;
  const { rowCount } = await tx.query(
    'insert into detector_settings values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
    [organizationId, detector, clusterId, revision.revision, JSON.stringify(settings), JSON.stringify(effectiveFrom)],
  );
  return rowCount > 0;
}

/** The turns in the life of every cluster that was ever removed, in order of time. */
export async function loadTurns(tx: Tx): Promise<readonly (ClusterTurn & ClusterName)[]> {
  const { rows } = await tx.query<ClusterName & { at: string; removed: boolean; eventId: string }>(
    `select organization_id as "organizationId", cluster_id as "clusterId", at, removed, event_id as "eventId"
     from cluster_turn where (organization_id, cluster_id) in
       (select organization_id, cluster_id from cluster_turn where removed)
     order by at, removed`,
  );
  return rows.map(({ at, ...row }) => ({ ...row, at: millisOf(at) }));
}

export async function saveTurn(
  tx: Tx,
  { organizationId, clusterId }: ClusterName,
  { at, removed, eventId }: { at: Instant; removed: boolean; eventId: string },
): Promise<void> {
  await tx.query('insert into cluster_turn values ($1, $2, $3, $4, $5) on conflict do nothing', [
    organizationId,
    clusterId,
    at,
    removed,
    eventId,
  ]);
}

/** Forgets registrations that follow another one without a removal between them: they say nothing new. */
export async function forgetIdleTurns(tx: Tx, { organizationId, clusterId }: ClusterName): Promise<void> {
  await tx.query(
    `with turns as (
       select at, removed, lag(removed) over (order by at, removed) as before from cluster_turn
       where organization_id = $1 and cluster_id = $2)
     delete from cluster_turn using turns
     where organization_id = $1 and cluster_id = $2 and cluster_turn.at = turns.at
       and not cluster_turn.removed and not turns.removed and turns.before = false`,
    [organizationId, clusterId],
  );
}
