import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { invalid, missing } from '../argus/argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from '../argus/asked.js';
import { checked, required } from '../argus/fields.js';
import { newTypeName } from './argus-sources.readers.js';
import { ArgusSourceTypeAnswer } from './argus-sources.dto.js';
import { SourceAdministration } from './source-administration.js';

/** Types of source systems: everybody reads and writes them (reference argus.md 1.11). */
@ApiTags('Argus: sources')
@Controller(['api/v1/incidents/source-types', 'api/v2/incidents/source-types'])
@Allow('admin', 'user', 'reader', 'source')
export class ArgusSourceTypesController {
  constructor(private readonly administration: SourceAdministration) {}

  @Get()
  @ApiOperation({ summary: 'List source types' })
  @ApiOkResponse({ type: [ArgusSourceTypeAnswer] })
  async list(@Asked() { principal }: ArgusRequest) {
    return (await this.administration.types(principal.organizationId)).map((name) => ({ name }));
  }

  @Post()
  @Allow('admin', 'user', 'source')
  @ArgusBody()
  @ApiBody({ type: ArgusSourceTypeAnswer })
  @ApiOperation({ summary: 'Make a source type' })
  @ApiCreatedResponse({ type: ArgusSourceTypeAnswer })
  async create(@Asked() { principal, body }: ArgusRequest) {
    const { name } = checked(await body(), { name: required(newTypeName) });
    if (await this.administration.createType(principal, name)) return { name };
    throw invalid({ name: ['source system type with this name already exists.'] });
  }

  @Get(':name')
  @ApiOperation({ summary: 'Read a source type' })
  @ApiOkResponse({ type: ArgusSourceTypeAnswer })
  async get(@Asked() { principal }: ArgusRequest, @Param('name') name: string) {
    if ((await this.administration.types(principal.organizationId)).includes(name)) return { name };
    throw missing('SourceSystemType');
  }
}
