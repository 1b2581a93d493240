import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, type Principal, problem, TokenAdministration } from '#libs/runtime';
import { CreateOrganizationBody } from './tokens.dto.js';
import { OrganizationAnswer } from './answers.dto.js';

/** Organisations of the installation: made by the first admin token, each with a first admin token of its own. */
@ApiTags('tokens')
@Controller('tocsin/v1/organizations')
@Allow('admin')
export class OrganizationsController {
  constructor(private readonly tokens: TokenAdministration) {}

  @Post()
  @ApiOperation({ summary: 'Make an organisation with its first admin token' })
  @ApiCreatedResponse({ type: OrganizationAnswer })
  create(
    @Caller() caller: Principal,
    @Body() { name }: CreateOrganizationBody,
  ): Promise<{ organizationId: string; projectId: string; token: string }> {
    if (caller.installation) return this.tokens.createOrganization(name, caller);
    throw problem(403, 'Forbidden', { detail: 'only the first admin token of the installation makes organisations' });
  }
}
