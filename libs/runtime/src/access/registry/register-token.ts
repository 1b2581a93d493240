import { type Instant } from '#libs/core';
import { type TokenKind } from '../principal.js';
import { registerPerson } from './accounts.js';
import { type Owner, type RegistryUnit } from './registered.js';
import { registerSource, sourceTypeOf } from './sources.js';

/** What a token tells of whom it speaks for. */
export interface Bearer extends Owner {
  readonly kind: TokenKind;
  readonly name: string;
  readonly sourceType: string | null;
  readonly baseUrl: string | null;
}

/** Whom a token speaks for: the source system of its name and type, or the person of its name. */
export interface Registered {
  readonly sourceId: string | null;
  readonly userPk: number;
}

/** Registers whom a token speaks for, where that is not known yet. */
export async function registerBearer(unit: RegistryUnit, bearer: Bearer, at: Instant): Promise<Registered> {
  const { organizationId, projectId, kind, name } = bearer;
  const owner = { organizationId, projectId };
  if (kind !== 'source') return { sourceId: null, userPk: (await registerPerson(unit, owner, name, at)).userPk };
  const wanted = { name, type: sourceTypeOf(bearer.sourceType), baseUrl: bearer.baseUrl ?? '' };
  const { id, userPk } = await registerSource(unit, owner, wanted, at);
  return { sourceId: id, userPk };
}

/** The same for a token that is stored: one that was made before there was a registry, or by a first start. */
export async function registerStoredToken(
  unit: RegistryUnit,
  token: Bearer & { readonly tokenId: string },
  at: Instant,
): Promise<Registered> {
  const registered = await registerBearer(unit, token, at);
  await unit.tx.query('update access.token set source_id = $2, user_pk = $3 where id = $1 and user_pk is null', [
    token.tokenId,
    registered.sourceId,
    registered.userPk,
  ]);
  return registered;
}
