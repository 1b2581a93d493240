import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, type Principal } from '#libs/runtime';
import { MeAnswer } from './answers.dto.js';

/** Whose token it is. */
@ApiTags('tokens')
@Controller('tocsin/v1/me')
@Allow('admin', 'user', 'source', 'reader')
export class MeController {
  @Get()
  @ApiOperation({ summary: 'Whose token it is' })
  @ApiOkResponse({ type: MeAnswer })
  me(@Caller() { organizationId, projectId, tokenId, kind, name }: Principal) {
    return { organizationId, projectId, tokenId, kind, name };
  }
}
