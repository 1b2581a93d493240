import { type EventEnvelope } from '#libs/contracts';
import { type Tx } from '#libs/store';

/** Failures of a cluster that no rule is for. */
export interface UnruledFailure {
  readonly clusterId: string;
  readonly name: string;
  readonly count: number;
  readonly lastEventId: string;
  readonly lastAt: string;
}

export async function noteUnruled(tx: Tx, { name, payload, metadata }: EventEnvelope): Promise<void> {
  const { clusterId } = payload as { clusterId: string };
  await tx.query(
    `insert into unruled_failure values ($1, $2, $3, 1, $4, $5)
     on conflict (organization_id, cluster_id, name) do update set count = unruled_failure.count + 1,
       last_event_id = excluded.last_event_id, last_at = excluded.last_at`,
    [metadata.organizationId.toLowerCase(), clusterId.toWellFormed(), name, metadata.id, metadata.time],
  );
}

/** Of one organisation, those after `after` (cluster and name), in that order. */
export async function listUnruled(
  tx: Tx,
  organizationId: string,
  { after, limit }: { after?: readonly [string, string] | undefined; limit: number },
): Promise<readonly UnruledFailure[]> {
  const { rows } = await tx.query<UnruledFailure>(
    `select cluster_id as "clusterId", name, count, last_event_id as "lastEventId", last_at as "lastAt"
     from unruled_failure where organization_id = $1 and (cluster_id, name) > ($2, $3)
     order by cluster_id, name limit $4`,
    [organizationId, after?.[0] ?? '', after?.[1] ?? '', limit],
  );
  return rows;
}
