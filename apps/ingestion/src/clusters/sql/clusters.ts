import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { type Cluster, type Polling, type ClusterNode } from '../cluster.js';

/** A row as it is shown. */
export interface StoredCluster extends Cluster {
  readonly registeredAt: Instant;
}

interface Row {
  organizationId: string;
  projectId: string;
  clusterId: string;
  name: string | null;
  nodes: ClusterNode[];
  polling: Polling;
  registeredAt: Instant;
}

const COLUMNS = `organization_id as "organizationId", project_id as "projectId", cluster_id as "clusterId", name, nodes, polling,
  registered_at as "registeredAt"`;

/** Writes what a registration says, unless a later one, or its removal, is there. */
export async function upsertCluster(tx: Tx, cluster: Cluster, at: Instant): Promise<void> {
  const { organizationId, projectId, clusterId, name, nodes, polling } = cluster;
  await tx.query(
    `insert into cluster as known (organization_id, cluster_id, project_id, name, nodes, polling, registered_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (organization_id, cluster_id) do update
       set project_id = excluded.project_id, name = excluded.name, nodes = excluded.nodes, polling = excluded.polling,
         registered_at = excluded.registered_at, removed_at = null,
         turn = case when known.removed_at is null then known.turn else 0 end,
         poll_at = case when known.removed_at is null then known.poll_at else now() end
       where greatest(known.registered_at, known.removed_at) <= excluded.registered_at`,
    [organizationId, clusterId, projectId, name ?? null, JSON.stringify(nodes), JSON.stringify(polling), at],
  );
}

/** Removes a cluster that was registered before `at`. Answers whether there was one. */
export async function removeCluster(tx: Tx, organizationId: string, clusterId: string, at: Instant): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update cluster set removed_at = $3
     where organization_id = $1 and cluster_id = $2 and registered_at <= $3 and removed_at is null`,
    [organizationId, clusterId, at],
  );
  return (rowCount ?? 0) > 0;
}

export async function readCluster(
  tx: Tx,
  organizationId: string,
  clusterId: string,
): Promise<StoredCluster | undefined> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from cluster where organization_id = $1 and cluster_id = $2 and removed_at is null`,
    [organizationId, clusterId],
  );
  return rows[0] && storedOf(rows[0]);
}

/** By id, from the one after `after`. */
export async function listClusters(
  tx: Tx,
  organizationId: string,
  after: string,
  limit: number,
): Promise<readonly StoredCluster[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from cluster where organization_id = $1 and cluster_id > $2 and removed_at is null order by cluster_id limit $3`,
    [organizationId, after, limit],
  );
  return rows.map(storedOf);
}

/** A cluster whose turn it is. */
export interface Due {
  readonly cluster: Cluster;
  /** How often it was its turn before. */
  readonly turn: number;
  /** When it should have been. */
  readonly at: Instant;
}

/**
 * Takes the clusters whose turn it is, each for one process alone, and sets their next one: `seconds` on, in the same
 * rhythm however late this is.
 */
export async function takeDue(tx: Tx, seconds: number, limit: number): Promise<readonly Due[]> {
  const { rows } = await tx.query<Row & { turn: number; at: Instant }>(
    `with due as (
       select organization_id, cluster_id, poll_at from cluster
       where poll_at <= now() and removed_at is null and (polling->>'enabled')::boolean and nodes <> '[]'::jsonb
       order by poll_at limit $2 for update skip locked)
     update cluster set turn = turn + 1,
       poll_at = due.poll_at + $1 * interval '1 second' * (1 + floor(extract(epoch from now() - due.poll_at) / $1))
     from due where cluster.organization_id = due.organization_id and cluster.cluster_id = due.cluster_id
     returning cluster.organization_id as "organizationId", project_id as "projectId", cluster.cluster_id as "clusterId",
       name, nodes, polling, registered_at as "registeredAt", turn - 1 as turn, due.poll_at as at`,
    [seconds, limit],
  );
  return rows.map((row) => ({ cluster: storedOf(row), turn: row.turn, at: row.at }));
}

function storedOf({ organizationId, projectId, clusterId, name, nodes, polling, registeredAt }: Row): StoredCluster {
  const named = name === null ? {} : { name };
  return { organizationId, projectId, clusterId, ...named, nodes, polling, registeredAt };
}
