import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Consumes, Public, TokenVerifier } from '#libs/runtime';
import { type FastifyReply } from 'fastify';
import { GrantAnswer, GrantBody } from './answers.dto.js';

const HOUR = 3600;

type Grant = Readonly<Record<string, unknown>>;

/**
 * The refresh-token grant (RFC 6749 section 6) for clients that insist on one: the refresh token is a token of ours and
 * comes back as the access token. Errors are those of RFC 6749 section 5.2.
 */
@ApiTags('compatible integrations API')
@Controller('oauth/token')
export class OAuthController {
  constructor(private readonly verifier: TokenVerifier) {}

  @Post()
  @ApiOperation({ summary: 'Refresh-token grant' })
  @HttpCode(200)
  @Public()
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: GrantBody })
  @ApiOkResponse({ type: GrantAnswer })
  @Consumes('application/x-www-form-urlencoded')
  async token(@Body() grant: Grant, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { grant_type: type, refresh_token: token, scope } = grant ?? {};
    if (type !== 'refresh_token')
      return refused(reply, type ? 'unsupported_grant_type' : 'invalid_request', 'grant_type: expected refresh_token');
    if (typeof token !== 'string' || token === '')
      return refused(reply, 'invalid_request', 'refresh_token: expected a token');
    if (!(await this.verifier.verify(token))) return refused(reply, 'invalid_grant', 'refresh_token: not valid here');
    return {
      access_token: token,
      token_type: 'Bearer',
      scope: typeof scope === 'string' ? scope : '',
      expires_in: HOUR,
    };
  }
}

function refused(reply: FastifyReply, error: string, description: string): object {
  void reply.code(400);
  return { error, error_description: description };
}
