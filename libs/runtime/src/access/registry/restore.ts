import {
  type EventEnvelope,
  type OrganizationCreated,
  type PayloadOf,
  type PersonRegistered,
  type SourceRegistered,
  type SourceRenamed,
  type SourceTypeCreated,
} from '#libs/contracts';
import { type Tx } from '#libs/store';

type Restored = Pick<EventEnvelope, 'name' | 'payload' | 'metadata'>;

/** The events that `restoreRegistry` folds. */
export const registryEventNames: ReadonlySet<string> = new Set([
  'OrganizationCreated',
  'SourceTypeCreated',
  'SourceRegistered',
  'SourceRenamed',
  'PersonRegistered',
]);

/**
 * Puts back what an event of the registry says, into a database that has lost it: organisations, source systems, their
 * types and users, with the numbers that they had. What is there stays; the events of one organisation in any order but
 * for `OrganizationCreated`, which comes before the others, and `SourceRenamed`, which follows its `SourceRegistered`.
 */
export async function restoreRegistry(tx: Tx, event: Restored): Promise<void> {
  switch (event.name) {
    case 'OrganizationCreated':
      return restoreOrganization(tx, event);
    case 'SourceTypeCreated':
      return restoreType(tx, event, (event.payload as PayloadOf<typeof SourceTypeCreated>).name);
    case 'PersonRegistered': {
      const { userPk, username, login } = event.payload as PayloadOf<typeof PersonRegistered>;
      return restoreAccount(tx, event, { userPk, username, login });
    }
    case 'SourceRegistered':
      return restoreSource(tx, event);
    case 'SourceRenamed': {
      const { sourceId, name } = event.payload as PayloadOf<typeof SourceRenamed>;
      await tx.query('update access.source set name = $2 where id = $1', [sourceId, name]);
    }
  }
}

/** Numbers go on after the highest that there is. To be called when every event was folded. */
export async function restoreRegistrySequences(tx: Tx): Promise<void> {
  for (const [sequence, table] of [
    ['user_pk', 'account'],
    ['source_pk', 'source'],
  ] as const) {
    await tx.query(
      `select setval('access.${sequence}', greatest((select max(pk) from access.${table}),
         (select last_value from access.${sequence} where is_called))) where exists (select from access.${table})`,
    );
  }
}

async function restoreOrganization(tx: Tx, { payload, metadata }: Restored): Promise<void> {
  const { organizationId, name, projectId, first } = payload as PayloadOf<typeof OrganizationCreated>;
  await tx.query(
    `insert into access.organization (id, name, first, announced, created_at) values ($1, $2, $3, true, $4)
     on conflict (id) do nothing`,
    [organizationId, name, first, metadata.time],
  );
  await tx.query(
    `insert into access.project (id, organization_id, name, created_at) values ($1, $2, 'default', $3)
     on conflict (id) do nothing`,
    [projectId, organizationId, metadata.time],
  );
}

async function restoreType(tx: Tx, { metadata }: Restored, name: string): Promise<void> {
  await tx.query(
    'insert into access.source_type (organization_id, name, created_at) values ($1, $2, $3) on conflict do nothing',
    [metadata.organizationId, name, metadata.time],
  );
}

async function restoreAccount(
  tx: Tx,
  { metadata }: Restored,
  { userPk, username, login }: { userPk: number; username: string; login: string | null },
): Promise<void> {
  await tx.query(
    `insert into access.account (pk, organization_id, kind, login, username, created_at)
     values ($1, $2, $3, $4, $5, $6) on conflict (pk) do nothing`,
    [userPk, metadata.organizationId, login === null ? 'source' : 'person', login, username, metadata.time],
  );
}

async function restoreSource(tx: Tx, event: Restored): Promise<void> {
  const { sourceId, pk, name, type, baseUrl, userPk, username } = event.payload as PayloadOf<typeof SourceRegistered>;
  const { organizationId, time } = event.metadata;
  await restoreType(tx, event, type);
  await restoreAccount(tx, event, { userPk, username, login: null });
  await tx.query(
    `insert into access.source (id, pk, organization_id, name, type, base_url, user_pk, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set base_url = excluded.base_url`,
    [sourceId, pk, organizationId, name, type, baseUrl, userPk, time],
  );
}
