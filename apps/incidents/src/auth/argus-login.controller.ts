import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { Allow, type Principal, Public, tokenOf, TokenVerifier } from '#libs/runtime';
import { refused } from '../argus/argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from '../argus/asked.js';
import { IncidentsConfig } from '../config.js';
import { printDatetime } from '../argus/datetime.js';
import { CredentialsBody, LoginAnswer } from './auth.dto.js';
import { Logins } from './logins.js';

/** Tokens by login, any number of them (reference argus.md 1.12). Every failure is a 403. */
@ApiTags('Argus: auth')
@Controller('api/v2/auth/token')
export class ArgusLoginController {
  constructor(
    private readonly logins: Logins,
    private readonly verifier: TokenVerifier,
    private readonly config: IncidentsConfig,
  ) {}

  /** With a username and a password (a token), or without a body for whoever's token comes along. */
  @Post('login')
  @Public()
  @HttpCode(200)
  @ArgusBody()
  @ApiBody({ type: CredentialsBody, required: false })
  @ApiOperation({ summary: 'Get a further token, of ten hours' })
  @ApiOkResponse({ type: LoginAnswer })
  async login(@Asked() { body }: ArgusRequest, @Req() request: FastifyRequest): Promise<LoginAnswer> {
    const { username, password } = (await body()).values;
    const byName = username !== undefined || password !== undefined;
    const principal = byName ? await this.named(username, password) : await this.bearer(request);
    const login = await this.logins.login(principal);
    if (!login) throw denied('Invalid token.');
    const expiry = printDatetime(login.expiry, this.config.argusTimeZone);
    return { expiry, token: login.token, expiration: expiry };
  }

  @Post('logout')
  @Allow('admin', 'user', 'reader', 'source')
  @HttpCode(204)
  @ArgusBody()
  @ApiOperation({ summary: 'End the token that comes along' })
  @ApiNoContentResponse({ description: 'It has ended.' })
  async logout(@Asked() { principal }: ArgusRequest): Promise<void> {
    await this.logins.logout(principal);
  }

  @Post('logoutall')
  @Allow('admin', 'user', 'reader', 'source')
  @HttpCode(204)
  @ArgusBody()
  @ApiOperation({ summary: 'End the token that comes along, and all that logins gave to its user' })
  @ApiNoContentResponse({ description: 'They have ended.' })
  async logoutAll(@Asked() { principal }: ArgusRequest): Promise<void> {
    await this.logins.logoutAll(principal);
  }

  private async named(username: unknown, password: unknown): Promise<Principal> {
    const given = typeof username === 'string' && typeof password === 'string';
    const principal = given ? await this.logins.principalOf(username.trim(), password) : undefined;
    if (principal) return principal;
    throw denied('Unable to log in with provided credentials.');
  }

  private async bearer({ headers }: FastifyRequest): Promise<Principal> {
    const token = tokenOf(headers.authorization);
    if (token === undefined) throw denied('Authentication credentials were not provided.');
    const principal = await this.verifier.verify(token);
    if (principal) return principal;
    throw denied('Invalid token.');
  }
}

function denied(detail: string): Error {
  return refused(403, { detail });
}
