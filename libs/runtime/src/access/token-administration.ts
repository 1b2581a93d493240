import { type Clock, type Ids } from '#libs/core';
import { type Store } from '#libs/store';
import { insertToken, listTokens, readToken, revokeToken, type TokenRow } from './access-store.js';
import { insertOrganization } from './organizations.js';
import { type TokenKind } from './principal.js';
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

/** Makes, lists and revokes tokens, and makes organisations. A token's text is answered once and never stored. */
export class TokenAdministration {
  constructor(
    private readonly access: Store,
    private readonly shell: Shell,
  ) {}

  async create(maker: Maker, request: TokenRequest): Promise<{ id: string; token: string }> {
    return this.insert(this.access, maker, request);
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
    return this.access.transaction(async (tx) => {
      const tenant = await insertOrganization(tx, name, this.shell);
      const { token } = await this.insert(tx, { ...tenant, tokenId: maker.tokenId }, { name: 'admin', kind: 'admin' });
      return { ...tenant, token };
    });
  }

  private async insert(
    tx: Parameters<typeof insertToken>[0],
    maker: Maker,
    request: TokenRequest,
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
    });
    return { id, token };
  }
}
