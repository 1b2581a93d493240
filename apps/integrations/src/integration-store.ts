import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { type Filters, type Integration } from './integration/integration.js';
import { type Source } from './source.js';

/** An integration and whose it is. */
export interface Owned extends Integration {
  readonly organizationId: string;
  readonly projectId: string;
}

export type Owner = Pick<Owned, 'organizationId' | 'projectId'>;

interface Row {
  integration_id: string;
  organization_id: string;
  project_id: string;
  description: string;
  sink: string;
  source: Source;
  data: Record<string, unknown>;
  secrets: Record<string, string>;
  masks: Record<string, string>;
  filters: Filters;
  status: Integration['status'];
  sequence: number;
  created: Instant;
  updated: Instant;
}

function ownedOf(row: Row): Owned {
  const { integration_id: integrationId, organization_id: organizationId, project_id: projectId, ...rest } = row;
  return { integrationId, organizationId, projectId, ...rest };
}

/** An integration of the owner; with `forUpdate` nobody else changes it until the transaction ends. */
export async function selectIntegration(
  tx: Tx,
  { organizationId, projectId }: Owner,
  id: string,
  forUpdate = false,
): Promise<Owned | undefined> {
  const { rows } = await tx.query<Row>(
    `select * from integration where integration_id = $1 and organization_id = $2 and project_id = $3
     ${forUpdate ? 'for update' : ''}`,
    [id, organizationId, projectId],
  );
  return rows[0] && ownedOf(rows[0]);
}

export interface IntegrationFilter {
  /** Names of sinks to show. */
  readonly sinks: readonly string[];
  readonly deleted: boolean;
  /** Only what comes after this id. */
  readonly after: string;
  readonly limit: number;
}

/** Integrations of the owner in the order of their ids, and so of their creation. */
export async function selectIntegrations(tx: Tx, owner: Owner, filter: IntegrationFilter): Promise<Owned[]> {
  const { rows } = await tx.query<Row>(
    `select * from integration
      where organization_id = $1 and project_id = $2 and sink = any($3) and ($4 or status <> 'deleted') and integration_id > $5
      order by integration_id limit $6`,
    [owner.organizationId, owner.projectId, filter.sinks, filter.deleted, filter.after, filter.limit],
  );
  return rows.map(ownedOf);
}

/** Stores an integration as it is now, new or changed. */
export async function upsertIntegration(tx: Tx, integration: Owned): Promise<void> {
  await tx.query(
    `insert into integration (integration_id, organization_id, project_id, description, sink, source, data, secrets, masks,
                              filters, status, sequence, created, updated)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9::jsonb, $10::jsonb, $11, $12, $13, $14)
     on conflict (integration_id) do update
       set description = excluded.description, data = excluded.data, secrets = excluded.secrets, masks = excluded.masks,
           filters = excluded.filters, status = excluded.status, sequence = excluded.sequence, updated = excluded.updated`,
    [
      integration.integrationId,
      integration.organizationId,
      integration.projectId,
      integration.description,
      integration.sink,
      integration.source,
      JSON.stringify(integration.data),
      JSON.stringify(integration.secrets),
      JSON.stringify(integration.masks),
      JSON.stringify(integration.filters),
      integration.status,
      integration.sequence,
      integration.created,
      integration.updated,
    ],
  );
}
