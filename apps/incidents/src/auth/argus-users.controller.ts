import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { Store } from '#libs/store';
import { missing } from '../argus/argus-error.js';
import { type ArgusRequest, Asked } from '../argus/asked.js';
import { keyOf } from '../argus/key.js';
import { Registry } from '../sources/registry.js';
import { CurrentUserAnswer, UserAnswer } from './auth.dto.js';
import { phoneNumbersOf } from './phone-numbers.query.js';

/** Users by their numbers: persons and those that stand for sources (reference argus.md 1.12). */
@ApiTags('Argus: auth')
@Controller(['api/v1/auth', 'api/v2/auth'])
@Allow('admin', 'user', 'reader', 'source')
export class ArgusUsersController {
  constructor(
    private readonly registry: Registry,
    private readonly store: Store,
  ) {}

  @Get('user')
  @ApiOperation({ summary: 'Whose token it is' })
  @ApiOkResponse({ type: CurrentUserAnswer })
  async current(@Asked() { principal, version, origin }: ArgusRequest): Promise<CurrentUserAnswer> {
    const { by, superuser } = await this.registry.identityOf(principal);
    const user = shown(by.username);
    if (version === 1) return { ...user, phone_numbers: await phoneNumbersOf(this.store, by.userPk) };
    return { ...user, admin_url: superuser ? `${origin}/` : null };
  }

  @Get('users/:pk')
  @ApiOperation({ summary: 'Read a user' })
  @ApiOkResponse({ type: UserAnswer })
  async get(@Asked() { principal }: ArgusRequest, @Param('pk') pk: string): Promise<UserAnswer> {
    const { rows } = await this.store.query<{ username: string }>(
      'select username from access.account where organization_id = $1 and pk = $2',
      [principal.organizationId, keyOf(pk)],
    );
    if (rows[0]) return shown(rows[0].username);
    throw missing('User');
  }
}

/** Nobody's real name or address is kept. */
function shown(username: string): UserAnswer {
  return { username, first_name: '', last_name: '', email: '' };
}
