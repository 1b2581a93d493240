import { Injectable } from '@nestjs/common';
import { Clock, type Instant, instantOfMillis } from '#libs/core';
import { type Principal, TokenAdministration, TokenVerifier } from '#libs/runtime';
import { Registry } from '../sources/registry.js';

/** Milliseconds: what Argus gives a login, and the one token of `token-auth/` (reference argus.md 1.12). */
const LOGIN_LIFE = 10 * 3_600_000;
const TOKEN_AUTH_LIFE = 14 * 24 * 3_600_000;

export interface Login {
  readonly token: string;
  readonly expiry: Instant;
}

/**
 * Further tokens for whom a token speaks for. There are no passwords: a login is the name of a token, or of its user, and
 * the token. What a login gave ends with the token that it was made with.
 */
@Injectable()
export class Logins {
  constructor(
    private readonly tokens: TokenAdministration,
    private readonly verifier: TokenVerifier,
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  /** Whose name and token these are; undefined where they are nobody's. */
  async principalOf(username: string, password: string): Promise<Principal | undefined> {
    const principal = await this.verifier.verify(password);
    if (!principal || principal.name === username) return principal;
    const { by } = await this.registry.identityOf(principal);
    return by.username === username ? principal : undefined;
  }

  /** One more token, of ten hours. Undefined where that of `principal` is not there any more. */
  login(principal: Principal): Promise<Login | undefined> {
    return this.make(principal, 'login', LOGIN_LIFE);
  }

  /** THE token of `token-auth/` of this user, of fourteen days: the one before ends. */
  async tokenAuth(principal: Principal): Promise<Login | undefined> {
    const made = await this.make(principal, 'token-auth', TOKEN_AUTH_LIFE);
    if (made) await this.end(principal, { purpose: 'token-auth', except: made.id });
    return made;
  }

  /** Ends the caller's token; that of the installation is the operator's to change, and stays. */
  async logout({ organizationId, tokenId, installation }: Principal): Promise<void> {
    if (installation) return;
    await this.tokens.revoke(organizationId, tokenId);
    this.verifier.forgetTokens([tokenId]);
  }

  /** Ends the caller's token and all that logins gave to its user. */
  async logoutAll(principal: Principal): Promise<void> {
    await this.end(principal);
    await this.logout(principal);
  }

  private async end(principal: Principal, which?: Parameters<TokenAdministration['revokeLogins']>[1]): Promise<void> {
    const { by } = await this.registry.identityOf(principal);
    this.verifier.forgetTokens(await this.tokens.revokeLogins(by.userPk, which));
  }

  private async make(principal: Principal, purpose: 'login' | 'token-auth', life: number) {
    const { by } = await this.registry.identityOf(principal);
    const expiry = instantOfMillis(this.clock.millis() + life);
    const made = await this.tokens.createLogin({ ...principal, userPk: by.userPk }, purpose, expiry);
    return made && { ...made, expiry };
  }
}
