import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, type Principal, problem } from '#libs/runtime';
import { Store } from '#libs/store';
import { given } from '../given.js';
import { isIntegrationId } from '../integration/integration-id.js';
import { IntegrationCommands } from '../integration-commands.js';
import { type Owned, selectIntegration, selectIntegrations } from '../integration-store.js';
import { compatible, type CompatibleIntegration } from '../presenting.js';
import { answering, found } from '../refused.js';
import { sinkNamed, sinks } from '../sinks/index.js';
import { CreateAnswer, GetAnswer, ListAnswer } from './answers.dto.js';
import { CreateIntegrationBody, UpdateIntegrationBody } from './integration-bodies.dto.js';

/** Whose integrations the path names. */
interface Place {
  readonly organizationId: string;
  readonly projectId: string;
}

const MOST = 10_000;
const compatibleSinks = sinks.filter(({ compatible }) => compatible).map(({ name }) => name);

/**
 * The API that the vendor's command line and Terraform provider speak (reference integrations-and-sinks 1, 1.6b): only
 * 200 and 204, only sinks and statuses that they know, deleted integrations still readable.
 */
@ApiTags('compatible integrations API')
@Controller('integrate/v1/organizations/:organizationId/projects/:projectId/integrations')
@ApiParam({ name: 'organizationId', type: String })
@ApiParam({ name: 'projectId', type: String })
@Allow('admin', 'user')
export class CompatibleIntegrationsController {
  constructor(
    private readonly commands: IntegrationCommands,
    private readonly store: Store,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create an integration' })
  @ApiOkResponse({ type: CreateAnswer })
  @HttpCode(200)
  async create(@Param() place: Place, @Caller() caller: Principal, @Body() body: CreateIntegrationBody) {
    checkPlace(place, caller);
    if (sinkNamed(body.data['sink'])?.compatible === false) {
      throw problem(400, 'Invalid request', { fields: { sink: `expected one of ${compatibleSinks.join(', ')}` } });
    }
    const { integrationId } = await answering(() => this.commands.create(caller, body));
    return { id: integrationId };
  }

  @Get()
  @ApiOperation({ summary: 'List integrations, deleted ones included' })
  @ApiOkResponse({ type: ListAnswer })
  @Allow('admin', 'user', 'reader')
  async list(@Param() place: Place, @Caller() caller: Principal): Promise<{ integrations: CompatibleIntegration[] }> {
    checkPlace(place, caller);
    const filter = { sinks: compatibleSinks, deleted: true, after: '', limit: MOST };
    return { integrations: (await selectIntegrations(this.store, caller, filter)).map(compatible) };
  }

  @Get(':integrationId')
  @ApiOperation({ summary: 'Read an integration' })
  @ApiOkResponse({ type: GetAnswer })
  @Allow('admin', 'user', 'reader')
  async get(
    @Param() place: Place,
    @Param('integrationId') id: string,
    @Caller() caller: Principal,
  ): Promise<{ integration: CompatibleIntegration }> {
    return { integration: compatible(await this.read(place, caller, id)) };
  }

  @Put(':integrationId')
  @ApiOperation({ summary: 'Edit an integration in part' })
  @HttpCode(204)
  async update(
    @Param() place: Place,
    @Param('integrationId') id: string,
    @Caller() caller: Principal,
    @Body() body: UpdateIntegrationBody,
  ): Promise<void> {
    await this.read(place, caller, id);
    found(await answering(() => this.commands.update(caller, id, given(body))));
  }

  @Delete(':integrationId')
  @ApiOperation({ summary: 'Delete an integration; it stays readable' })
  @HttpCode(204)
  async delete(@Param() place: Place, @Param('integrationId') id: string, @Caller() caller: Principal): Promise<void> {
    await this.read(place, caller, id);
    found(await answering(() => this.commands.change(caller, id, { type: 'delete' })));
  }

  private async read(place: Place, caller: Principal, id: string): Promise<Owned> {
    checkPlace(place, caller);
    const stored = isIntegrationId(id) ? await selectIntegration(this.store, caller, id) : undefined;
    return found(stored && compatibleSinks.includes(stored.sink) ? stored : undefined);
  }
}

/** The path must name what the token belongs to: anything else does not exist for it. @throws Problem 404 */
function checkPlace({ organizationId, projectId }: Place, caller: Principal): void {
  found(organizationId === caller.organizationId && projectId === caller.projectId ? true : undefined);
}
