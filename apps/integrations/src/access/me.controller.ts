import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Allow, Caller, type Principal } from '#libs/runtime';

/** Whose token it is. */
@ApiTags('tokens')
@Controller('tocsin/v1/me')
@Allow('admin', 'user', 'source', 'reader')
export class MeController {
  @Get()
  me(@Caller() { organizationId, projectId, tokenId, kind, name }: Principal) {
    return { organizationId, projectId, tokenId, kind, name };
  }
}
