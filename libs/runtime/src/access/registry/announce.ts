import { OrganizationCreated } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { type Bearer, registerStoredToken } from './register-token.js';
import { registryEvent, type RegistryUnit } from './registered.js';

interface Unannounced {
  readonly organizationId: string;
  readonly projectId: string;
  readonly name: string;
  readonly first: boolean;
  readonly at: Instant;
}

/** Says of an organisation that it was made. The event's id is derived: said twice, it is the same event. */
export function announceOrganization(unit: RegistryUnit, { at, ...organization }: Unannounced): void {
  const { organizationId, projectId } = organization;
  const id = derivedId('organization', organizationId);
  unit.emit(registryEvent(OrganizationCreated, organization, { organizationId, projectId, id, at }));
}

/** Puts organisations on the log that nobody put there: the one of a first start, and those of older versions. */
export async function announceOrganizations(unit: RegistryUnit): Promise<number> {
  const { rows } = await unit.tx.query<Unannounced>(
    `update access.organization set announced = true where not announced
     returning id as "organizationId", name, first, created_at as at,
       (select p.id from access.project p where p.organization_id = organization.id order by p.created_at, p.id limit 1)
         as "projectId"`,
  );
  for (const organization of rows) announceOrganization(unit, organization);
  return rows.length;
}

/** Registers whom up to `limit` stored tokens speak for, of those where that is open. @returns how many there were */
export async function registerStoredTokens(unit: RegistryUnit, limit: number, at: Instant): Promise<number> {
  const { rows } = await unit.tx.query<Bearer & { tokenId: string }>(
    `select id as "tokenId", organization_id as "organizationId", project_id as "projectId", kind, name,
       source_type as "sourceType", base_url as "baseUrl"
     from access.token where user_pk is null and revoked_at is null order by organization_id, id limit $1`,
    [limit],
  );
  for (const token of rows) await registerStoredToken(unit, token, at);
  return rows.length;
}
