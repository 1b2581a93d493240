import { timingSafeEqual } from 'node:crypto';
import { type Tx } from '#libs/store';
import { type Principal, type TokenKind } from './principal.js';
import { type KnownToken, type TokenDirectory } from './token-verifier.js';

/** A row of a token, without what proves it. Times are instants. */
export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly kind: TokenKind;
  readonly organizationId: string;
  readonly projectId: string;
  readonly sourceType: string | null;
  readonly baseUrl: string | null;
  readonly partitions: string[] | null;
  readonly installation: boolean;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** The source system that it speaks for; null for a person's, and where it is not registered yet. */
  readonly sourceId: string | null;
}

/**
 * Why a token was made where nobody asked for a lasting one: by a login (of ten hours, any number of them), or as the
 * one of its user that Argus' `token-auth/` gives (reference argus.md 1.12).
 */
export type TokenPurpose = 'login' | 'token-auth';

/** A token to be stored. */
export interface TokenToStore extends Omit<TokenRow, 'revokedAt' | 'installation' | 'sourceId'> {
  readonly publicId: string | null;
  readonly digest: Buffer;
  readonly installation?: boolean;
  /** The token that made it. One that came of a login was made by the token that the login was made with. */
  readonly createdBy: string | null;
  readonly purpose?: TokenPurpose | undefined;
  /** Whom it speaks for; null until that is registered. */
  readonly sourceId?: string | null;
  readonly userPk?: number | null;
}

const COLUMNS = `id, name, kind, organization_id as "organizationId", project_id as "projectId",
  source_type as "sourceType", base_url as "baseUrl", partitions, installation,
  created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt", source_id as "sourceId"`;

/** Looks a token up for the guard: by its public id where it has one, compared by digest; else by its digest. */
export function tokenDirectory(access: Tx): TokenDirectory {
  return {
    async find({ digest, publicId }) {
      const by = publicId === undefined ? 'digest = $1' : 'public_id = $1';
      const { rows } = await access.query<TokenRow & { digest: Buffer }>(
        `select ${COLUMNS}, digest from access.token where ${by} and revoked_at is null`,
        [publicId ?? digest],
      );
      const row = rows[0];
      return row && timingSafeEqual(row.digest, digest) ? knownToken(row) : undefined;
    },
  };
}

function knownToken(row: TokenRow): KnownToken {
  return { principal: principalOf(row), expiresAt: row.expiresAt === null ? null : Date.parse(row.expiresAt) };
}

function principalOf(row: TokenRow): Principal {
  const { organizationId, projectId, kind, name, sourceType, partitions, installation } = row;
  return { organizationId, projectId, tokenId: row.id, kind, name, sourceType, partitions, installation };
}

export async function insertToken(tx: Tx, token: TokenToStore): Promise<void> {
  await tx.query(
    `insert into access.token (id, public_id, digest, organization_id, project_id, kind, name, source_type, base_url,
       partitions, installation, created_at, created_by, expires_at, purpose, source_id, user_pk)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
       coalesce((select created_by from access.token where id = $13 and purpose is not null), $13), $14, $15, $16, $17)`,
    [
      token.id,
      token.publicId,
      token.digest,
      token.organizationId,
      token.projectId,
      token.kind,
      token.name,
      token.sourceType,
      token.baseUrl,
      token.partitions,
      token.installation ?? false,
      token.createdAt,
      token.createdBy,
      token.expiresAt,
      token.purpose ?? null,
      token.sourceId ?? null,
      token.userPk ?? null,
    ],
  );
}

/** Tokens of an organisation that are not revoked and came of no login, oldest first, those after (createdAt, id) where given. */
export async function listTokens(
  tx: Tx,
  organizationId: string,
  limit: number,
  after?: { createdAt: string; id: string },
): Promise<TokenRow[]> {
  const { rows } = await tx.query<TokenRow>(
    `select ${COLUMNS} from access.token
      where organization_id = $1 and revoked_at is null and purpose is null and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
      order by created_at, id limit $4`,
    [organizationId, after?.createdAt ?? null, after?.id ?? null, limit],
  );
  return rows;
}

/** @returns undefined where the organisation has no such token, or had it and revoked it */
export async function readToken(tx: Tx, organizationId: string, id: string): Promise<TokenRow | undefined> {
  const { rows } = await tx.query<TokenRow>(
    `select ${COLUMNS} from access.token where organization_id = $1 and id = $2 and revoked_at is null`,
    [organizationId, id],
  );
  return rows[0];
}

/**
 * With it go the tokens that logins gave for it. Takes effect within 5 s: guards keep what they know for that long.
 * @returns whether the organisation has it
 */
export async function revokeToken(tx: Tx, organizationId: string, id: string, at: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update access.token set revoked_at = coalesce(revoked_at, $3)
      where organization_id = $1 and (id = $2 or (created_by = $2 and purpose is not null))`,
    [organizationId, id, at],
  );
  return rowCount > 0;
}

/** Some of the tokens that logins gave; absent: every one. */
export interface WhichLogins {
  readonly purpose?: TokenPurpose;
  /** The id of one that stays. */
  readonly except?: string;
}

/** Ends the tokens that logins gave to a user. @returns the ids of those that it ended */
export async function revokeLogins(
  tx: Tx,
  userPk: number,
  at: string,
  { purpose, except }: WhichLogins = {},
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update access.token set revoked_at = $2
      where user_pk = $1 and revoked_at is null and purpose is not null and purpose = coalesce($3, purpose)
        and id is distinct from $4::uuid
      returning id`,
    [userPk, at, purpose ?? null, except ?? null],
  );
  return rows.map(({ id }) => id);
}

/** Removes what logins gave and is over since `before`: of the tokens that people made, none is ever removed. */
export async function removeOldLogins(tx: Tx, before: string): Promise<void> {
  await tx.query('delete from access.token where purpose is not null and expires_at < $1', [before]);
}
