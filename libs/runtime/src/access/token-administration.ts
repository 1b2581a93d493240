import { type Clock, type Ids, type Instant, instantOfMillis } from '#libs/core';
import { type Store } from '#libs/store';
import { type Transactor } from '../processing/transactor.js';
import { type UnitOfWork } from '../processor.js';
import {
  insertToken,
  listTokens,
  readToken,
  removeOldLogins,
  revokeLogins,
  revokeToken,
  type TokenPurpose,
  type TokenRow,
  type WhichLogins,
} from './access-store.js';
import { insertOrganization } from './organizations.js';
import { type TokenKind } from './principal.js';
import { announceOrganization } from './registry/announce.js';
import { registerBearer, type Registered } from './registry/register-token.js';
import { type RegistryUnit } from './registry/registered.js';
import { makeToken } from './token.js';

/** What a new token shall be. */
export interface TokenRequest {
  readonly name: string;
  readonly kind: TokenKind;
  readonly sourceType?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** Of the same organisation; absent: the caller's. */
  readonly projectId?: string | undefined;
  readonly partitions?: readonly string[] | undefined;
  /** Instant. */
  readonly expiresAt?: string | undefined;
}

export interface Shell {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Cryptographically random bytes. */
  random(length: number): Uint8Array;
}

/** Who makes a token: their organisation gets it. */
export interface Maker {
  readonly organizationId: string;
  readonly projectId: string;
  readonly tokenId: string;
}

/** A token and whom a login gives a further one like it. */
export interface Bearing extends Maker {
  readonly userPk: number;
}

/**
 * Makes, lists and revokes tokens, and makes organisations. A token's text is answered once and never stored. In a
 * service with an outbox whoever a token speaks for is registered, and put on the log, in the same transaction; in others
 * that is left to the first use.
 */
export class TokenAdministration {
  constructor(
    private readonly access: Store,
    private readonly shell: Shell,
    private readonly transactor?: Transactor,
  ) {}

  create(maker: Maker, request: TokenRequest): Promise<{ id: string; token: string }> {
    if (this.transactor === undefined) return this.insert(this.access, maker, request, undefined);
    return this.transactor.transact((unit) => this.register(unit, maker, request));
  }

  list(organizationId: string, limit: number, after?: { createdAt: string; id: string }): Promise<TokenRow[]> {
    return listTokens(this.access, organizationId, limit, after);
  }

  read(organizationId: string, id: string): Promise<TokenRow | undefined> {
    return readToken(this.access, organizationId, id);
  }

  /** @returns whether the organisation has such a token */
  revoke(organizationId: string, id: string): Promise<boolean> {
    return revokeToken(this.access, organizationId, id, this.shell.clock.now());
  }

  /** Ends the tokens that logins gave to a user. @returns the ids of those that it ended */
  revokeLogins(userPk: number, which?: WhichLogins): Promise<string[]> {
    return revokeLogins(this.access, userPk, this.shell.clock.now(), which);
  }

  /** Removes the tokens of logins that have been over for a day. */
  async removeOldLogins(): Promise<void> {
    await removeOldLogins(this.access, instantOfMillis(this.shell.clock.millis() - DAY));
  }

  /**
   * A further token for whomever `bearing` speaks for, with the same rights but that of making organisations, until
   * `expiresAt`. It ends with the token that it was asked for with. Undefined where that one is not there any more.
   */
  async createLogin(
    bearing: Bearing,
    purpose: TokenPurpose,
    expiresAt: Instant,
  ): Promise<{ id: string; token: string } | undefined> {
    const { organizationId, tokenId, userPk } = bearing;
    const like = await readToken(this.access, organizationId, tokenId);
    if (!like) return undefined;
    const registered = { sourceId: like.sourceId, userPk };
    return this.insert(this.access, bearing, { ...given(like), expiresAt }, registered, purpose);
  }

  /** @returns whether the project is one of the organisation's */
  async hasProject(organizationId: string, projectId: string): Promise<boolean> {
    const { rowCount } = await this.access.query(
      'select 1 from access.project where organization_id = $1 and id = $2',
      [organizationId, projectId],
    );
    return rowCount > 0;
  }

  /** A new organisation, its project and its first admin token. */
  createOrganization(
    name: string,
    maker: Maker,
  ): Promise<{ organizationId: string; projectId: string; token: string }> {
    if (this.transactor) return this.transactor.transact((unit) => this.found(unit, name, maker));
    return this.access.transaction(async (tx) => {
      const tenant = await insertOrganization(tx, name, this.shell);
      const { token } = await this.insert(tx, { ...tenant, tokenId: maker.tokenId }, FIRST_ADMIN, undefined);
      return { ...tenant, token };
    });
  }

  private async found(unit: UnitOfWork, name: string, maker: Maker) {
    const tenant = await insertOrganization(unit.tx, name, this.shell, { announced: true });
    announceOrganization(unit, { ...tenant, name, first: false, at: this.shell.clock.now() });
    const { token } = await this.register(unit, { ...tenant, tokenId: maker.tokenId }, FIRST_ADMIN);
    return { ...tenant, token };
  }

  private async register(unit: RegistryUnit, maker: Maker, request: TokenRequest) {
    const { name, kind, sourceType = null, baseUrl = null } = request;
    const { organizationId } = maker;
    const projectId = request.projectId ?? maker.projectId;
    const bearer = { organizationId, projectId, name, kind, sourceType, baseUrl };
    const registered = await registerBearer(unit, bearer, this.shell.clock.now());
    return this.insert(unit.tx, maker, request, registered);
  }

  private async insert(
    tx: Parameters<typeof insertToken>[0],
    maker: Maker,
    request: TokenRequest,
    registered: Registered | undefined,
    purpose?: TokenPurpose,
  ): Promise<{ id: string; token: string }> {
    const { token, publicId, digest } = makeToken(request.kind, this.shell.random(44));
    const id = this.shell.ids.next();
    await insertToken(tx, {
      id,
      publicId,
      digest,
      organizationId: maker.organizationId,
      projectId: request.projectId ?? maker.projectId,
      kind: request.kind,
      name: request.name,
      sourceType: request.sourceType ?? null,
      baseUrl: request.baseUrl ?? null,
      partitions: request.partitions ? [...request.partitions] : null,
      createdAt: this.shell.clock.now(),
      createdBy: maker.tokenId,
      expiresAt: request.expiresAt ?? null,
      purpose,
      ...registered,
    });
    return { id, token };
  }
}

const DAY = 24 * 3_600_000;
const FIRST_ADMIN: TokenRequest = { name: 'admin', kind: 'admin' };

function given({ name, kind, sourceType, baseUrl, projectId, partitions }: TokenRow): Omit<TokenRequest, 'expiresAt'> {
  return {
    name,
    kind,
    projectId,
    ...(sourceType === null ? {} : { sourceType }),
    ...(baseUrl === null ? {} : { baseUrl }),
    ...(partitions === null ? {} : { partitions }),
  };
}
