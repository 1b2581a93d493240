import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, problem, Public } from '#libs/runtime';
import { invalidObject } from '../argus/argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from '../argus/asked.js';
import { checked, required } from '../argus/fields.js';
import { text } from '../argus/readers.js';
import { CredentialsBody, TokenAnswer } from './auth.dto.js';
import { Logins } from './logins.js';

const LONGEST = 4096;

/** The one old-style token of a user, of fourteen days: each new one ends the one before (reference argus.md 1.12). */
@ApiTags('Argus: auth')
@Controller(['api/v1', 'api/v2'])
export class ArgusTokenAuthController {
  constructor(private readonly logins: Logins) {}

  @Post('token-auth')
  @Public()
  @HttpCode(200)
  @ArgusBody()
  @ApiBody({ type: CredentialsBody })
  @ApiOperation({ summary: 'Get the one token of a user' })
  @ApiOkResponse({ type: TokenAnswer })
  async tokenAuth(@Asked() { body }: ArgusRequest): Promise<TokenAnswer> {
    const credentials = { username: required(text({ max: LONGEST })), password: required(text({ max: LONGEST })) };
    const { username, password } = checked(await body(), credentials);
    const principal = await this.logins.principalOf(username, password);
    const made = principal && (await this.logins.tokenAuth(principal));
    if (made) return { token: made.token };
    throw invalidObject('Unable to log in with provided credentials.');
  }

  @Post('auth/refresh-token')
  @Allow('admin', 'user', 'reader', 'source')
  @HttpCode(200)
  @ArgusBody()
  @ApiOperation({ summary: 'Get a new one in its place' })
  @ApiOkResponse({ type: TokenAnswer })
  async refresh(@Asked() { principal }: ArgusRequest): Promise<TokenAnswer> {
    const made = await this.logins.tokenAuth(principal);
    if (made) return { token: made.token };
    throw problem(401, 'Unauthorized');
  }
}
