import { type Clock, type Ids } from '#libs/core';
import { type Tx } from '#libs/store';
import { insertToken } from './access-store.js';
import { digestOf, publicIdOf } from './token.js';

export interface Tenant {
  readonly organizationId: string;
  readonly projectId: string;
}

/** A new organisation with its first project. `announced`: the caller puts it on the log, in the same transaction. */
export async function insertOrganization(
  tx: Tx,
  name: string,
  { clock, ids }: { clock: Clock; ids: Ids },
  { first = false, announced = false }: { readonly first?: boolean; readonly announced?: boolean } = {},
): Promise<Tenant> {
  const tenant = { organizationId: ids.next(), projectId: ids.next() };
  const now = clock.now();
  await tx.query(
    'insert into access.organization (id, name, first, announced, created_at) values ($1, $2, $3, $4, $5)',
    [tenant.organizationId, name, first, announced, now],
  );
  await tx.query('insert into access.project (id, organization_id, name, created_at) values ($1, $2, $3, $4)', [
    tenant.projectId,
    tenant.organizationId,
    'default',
    now,
  ]);
  return tenant;
}

/** The first organisation and its first project; undefined before the first start made them. */
export async function firstTenant(tx: Tx): Promise<Tenant | undefined> {
  const { rows } = await tx.query<{ organizationId: string; projectId: string }>(
    `select o.id as "organizationId", p.id as "projectId" from access.organization o
       join access.project p on p.organization_id = o.id
      where o.first order by p.created_at, p.id limit 1`,
  );
  return rows[0];
}

/** Any number that nothing else locks. */
const FIRST_START = 7_406_101;

/**
 * What a first start makes: one organisation, one project, and the admin token of the environment. Several services
 * may do so at once. Another token than last time takes the place of the one before; one that was revoked by request
 * stays revoked. `whenNone` may bring one where there is none.
 */
export async function ensureFirstTenant(
  tx: Tx,
  adminToken: string | undefined,
  shell: { clock: Clock; ids: Ids },
  whenNone: () => Promise<void> = () => Promise.resolve(),
): Promise<Tenant> {
  await tx.query('select pg_advisory_xact_lock($1)', [FIRST_START]);
  if (!(await firstTenant(tx))) await whenNone();
  const tenant = (await firstTenant(tx)) ?? (await insertOrganization(tx, 'default', shell, { first: true }));
  if (adminToken !== undefined) await ensureAdminToken(tx, adminToken, tenant, shell);
  return tenant;
}

async function ensureAdminToken(
  tx: Tx,
  token: string,
  tenant: Tenant,
  { clock, ids }: { clock: Clock; ids: Ids },
): Promise<void> {
  const digest = digestOf(token);
  await tx.query(
    `with gone as (delete from access.token where installation and revoked_at is null and digest <> $1 returning id)
     update access.token set revoked_at = $2 from gone where created_by = gone.id and purpose is not null and revoked_at is null`,
    [digest, clock.now()],
  );
  const { rowCount } = await tx.query('select 1 from access.token where digest = $1', [digest]);
  if (rowCount > 0) return;
  await insertToken(tx, {
    ...tenant,
    id: ids.next(),
    publicId: publicIdOf(token) ?? null,
    digest,
    kind: 'admin',
    name: 'admin',
    sourceType: null,
    baseUrl: null,
    partitions: null,
    installation: true,
    createdAt: clock.now(),
    createdBy: null,
    expiresAt: null,
  });
}
