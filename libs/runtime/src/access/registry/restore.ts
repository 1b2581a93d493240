import {
  type EventEnvelope,
  type OrganizationCreated,
  type PayloadOf,
  type PersonRegistered,
  type SourceRegistered,
  type SourceRenamed,
  type SourceTypeCreated,
} from '#libs/contracts';
import { compareInstants } from '#libs/core';
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

/** The order to restore in: organisations first, then as things were; a name that one source left may be another's. */
export function compareRegistryEvents(a: Restored, b: Restored): number {
  const rank = ({ name }: Restored): number => (name === 'OrganizationCreated' ? 0 : 1);
  const [at, bt] = [a.metadata.recordedAt, b.metadata.recordedAt];
  return rank(a) - rank(b) || compareInstants(at, bt) || Number(isRename(a)) - Number(isRename(b));
}

function isRename({ name }: Restored): boolean {
  return name === 'SourceRenamed';
}

/**
 * Puts back what an event of the registry says, into a database that has lost it: organisations, source systems, their
 * types and users, with the numbers that they had. What is there stays. Events come in the order of
 * `compareRegistryEvents`.
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
      await restoreName(tx, sourceId, name);
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
  const free = await freeName(tx, { organizationId, sourceId, pk, name, type });
  await tx.query(
    `insert into access.source as source (id, pk, organization_id, name, type, base_url, user_pk, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set base_url = coalesce(nullif(excluded.base_url, ''), source.base_url)`,
    [sourceId, pk, organizationId, free ? name : sourceId, type, baseUrl, userPk, time],
  );
}

interface Named {
  readonly organizationId: string;
  readonly sourceId: string;
  readonly pk: number;
  readonly name: string;
  readonly type: string;
}

/**
 * Of two sources that were registered under one name the older had another one by then, which its `SourceRenamed` of the
 * same millisecond is still to tell: until then its id stands for it. @returns whether the name is this source's
 */
async function freeName(tx: Tx, { organizationId, sourceId, pk, name, type }: Named): Promise<boolean> {
  const { rows } = await tx.query<{ id: string; pk: number }>(
    'select id, pk from access.source where organization_id = $1 and name = $2 and type = $3 and id <> $4',
    [organizationId, name, type, sourceId],
  );
  const other = rows[0];
  if (!other) return true;
  if (other.pk < pk) await tx.query('update access.source set name = id::text where id = $1', [other.id]);
  return other.pk < pk;
}

/** A name that is somebody else's by now was given up again: a later event tells the one that holds. */
async function restoreName(tx: Tx, sourceId: string, name: string): Promise<void> {
  await tx.query(
    `update access.source source set name = $2 where id = $1 and not exists (
       select from access.source other where other.organization_id = source.organization_id and other.name = $2
         and other.type = source.type and other.id <> source.id)`,
    [sourceId, name],
  );
}
