import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, Caller, decodeCursor, pageOf, type Principal } from '#libs/runtime';
import { given } from '../given.js';
import { isIntegrationId } from '../integration/integration-id.js';
import { type Filters } from '../integration/integration.js';
import { type Draft, IntegrationCommands } from '../integration-commands.js';
import { IntegrationReader } from '../integration-reader.js';
import { answering, found } from '../refused.js';
import { CreateBody, EditBody, type FiltersBody, IntegrationsQuery, ReasonBody } from './integration-bodies.dto.js';
import { HealthAnswer, IdAnswer, IntegrationAnswer, IntegrationsPage } from './answers.dto.js';

/** Integrations with all that we know of them: every sink, state, filters, what was sent last and what went wrong. */
@ApiTags('integrations')
@Controller('tocsin/v1/integrations')
@Allow('admin', 'user')
export class IntegrationsController {
  constructor(
    private readonly commands: IntegrationCommands,
    private readonly reader: IntegrationReader,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create an integration' })
  @ApiCreatedResponse({ type: IdAnswer })
  async create(@Caller() caller: Principal, @Body() body: CreateBody): Promise<{ id: string }> {
    const draft = { description: body.description, data: body.data, filters: filtersOf(body.filters) };
    const { integrationId } = await answering(() => this.commands.create(caller, draft));
    return { id: integrationId };
  }

  @Get()
  @ApiOperation({ summary: 'List integrations, oldest first' })
  @ApiOkResponse({ type: IntegrationsPage })
  @Allow('admin', 'user', 'reader')
  async list(@Caller() caller: Principal, @Query() { cursor, limit, deleted }: IntegrationsQuery) {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const items = await this.reader.list(caller, {
      deleted: deleted === 'true',
      after: String(after),
      limit: limit + 1,
    });
    return pageOf(items.slice(0, limit), items.length > limit ? [items[limit - 1]!.id] : null);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read an integration' })
  @ApiOkResponse({ type: IntegrationAnswer })
  @Allow('admin', 'user', 'reader')
  async get(@Caller() caller: Principal, @Param('id') id: string) {
    return found(await this.reader.read(caller, id));
  }

  /** State, lag and how many deliveries are in each state. */
  @Get(':id/health')
  @ApiOperation({ summary: 'State, lag, deliveries by state' })
  @ApiOkResponse({ type: HealthAnswer })
  @Allow('admin', 'user', 'reader')
  async health(@Caller() caller: Principal, @Param('id') id: string) {
    return found(await this.reader.health(caller, id));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Edit an integration in part' })
  @ApiOkResponse({ type: IntegrationAnswer })
  put(@Caller() caller: Principal, @Param('id') id: string, @Body() body: EditBody) {
    return this.edit(caller, id, body);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Edit an integration in part' })
  @ApiOkResponse({ type: IntegrationAnswer })
  patch(@Caller() caller: Principal, @Param('id') id: string, @Body() body: EditBody) {
    return this.edit(caller, id, body);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Delete an integration; it stays readable' })
  @HttpCode(204)
  async delete(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    found(await answering(() => this.commands.change(caller, known(id), { type: 'delete' })));
  }

  @Post(':id/pause')
  @ApiOperation({ summary: 'Pause: what comes is suppressed' })
  @ApiOkResponse({ type: IntegrationAnswer })
  @HttpCode(200)
  async pause(@Caller() caller: Principal, @Param('id') id: string, @Body() body?: ReasonBody) {
    found(await answering(() => this.commands.change(caller, known(id), { type: 'pause', ...given(body) })));
    return this.get(caller, id);
  }

  /** Also has the delivery process try again where it has given up. */
  @Post(':id/resume')
  @ApiOperation({ summary: 'Go on after a pause, or try again after giving up' })
  @ApiOkResponse({ type: IntegrationAnswer })
  @HttpCode(200)
  async resume(@Caller() caller: Principal, @Param('id') id: string, @Body() body?: ReasonBody) {
    const parked = await this.reader.isParked(caller, known(id));
    found(await answering(() => this.commands.change(caller, id, { type: 'resume', ...given(body) }, parked)));
    return this.get(caller, id);
  }

  private async edit(caller: Principal, id: string, body: EditBody) {
    const { filters, ...rest } = given(body);
    const draft: Partial<Draft> = { ...rest, ...(filters ? { filters: filtersOf(filters) } : {}) };
    found(await answering(() => this.commands.update(caller, known(id), draft)));
    return this.get(caller, id);
  }
}

function known(id: string): string {
  return found(isIntegrationId(id) ? id : undefined);
}

/** The filters that were given, as a plain object. */
function filtersOf(body: FiltersBody | undefined): Filters {
  return given(body);
}
