import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, type Principal } from '#libs/runtime';
import { IntegrationsConfig } from '../config.js';
import { found } from '../refused.js';
import { sinks } from '../sinks/index.js';
import { optionsOf, type SourceOption } from './options.js';
import { OptionsAnswer } from './answers.dto.js';

/** Which source goes to which sink, and which of them can be used here. */
@ApiTags('compatible integrations API')
@Controller('integrate/v1/organizations/:organizationId/integrations/options')
@Allow('admin', 'user', 'reader')
export class OptionsController {
  constructor(private readonly config: IntegrationsConfig) {}

  @Get()
  @ApiOperation({ summary: 'Which source goes to which sink' })
  @ApiOkResponse({ type: OptionsAnswer })
  options(
    @Param('organizationId') organizationId: string,
    @Caller() caller: Principal,
  ): { sources: readonly SourceOption[] } {
    found(organizationId === caller.organizationId ? true : undefined);
    const known = sinks.filter(({ compatible }) => compatible);
    return { sources: optionsOf(known, this.config.enabledSinks) };
  }
}
