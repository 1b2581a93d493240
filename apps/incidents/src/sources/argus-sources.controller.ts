import { Controller, Get, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, problem } from '#libs/runtime';
import { invalid, missing } from '../argus/argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from '../argus/asked.js';
import { checked, optional, required } from '../argus/fields.js';
import { keyOf } from '../argus/key.js';
import { text } from '../argus/readers.js';
import { sourceOf } from '../argus/serializers.js';
import { ArgusSourceAnswer, ArgusSourceBody, ArgusSourceChange } from './argus-sources.dto.js';
import { baseUrl, LONGEST_NAME, typeName } from './argus-sources.readers.js';
import { ownSourceId } from './own-source.js';
import { Registry, type SourceSystem } from './registry.js';
import { SourceAdministration } from './source-administration.js';

const aName = text({ max: LONGEST_NAME });
const OWN = invalid({ name: ['The source of Tocsin itself keeps its name.'] });
const TAKEN = invalid({ __all__: ['Source system with this Name and Type already exists.'] });

/** Source systems: everybody reads, superusers write (reference argus.md 1.11). */
@ApiTags('Argus: sources')
@Controller(['api/v1/incidents/sources', 'api/v2/incidents/sources'])
@Allow('admin', 'user', 'reader', 'source')
export class ArgusSourcesController {
  constructor(
    private readonly registry: Registry,
    private readonly administration: SourceAdministration,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List source systems' })
  @ApiOkResponse({ type: [ArgusSourceAnswer] })
  async list(@Asked() { principal }: ArgusRequest) {
    return (await this.registry.sources(principal.organizationId)).map(sourceOf);
  }

  /** Its user comes with it; its tokens are made with its name and type (`POST /tocsin/v1/tokens`). */
  @Post()
  @Allow('admin')
  @ArgusBody()
  @ApiBody({ type: ArgusSourceBody })
  @ApiOperation({ summary: 'Make a source system and its user' })
  @ApiCreatedResponse({ type: ArgusSourceAnswer })
  async create(@Asked() { principal, body }: ArgusRequest) {
    const fields = checked(await body(), {
      name: required(aName),
      type: required(typeName),
      base_url: optional(baseUrl, { blank: true }),
      username: optional(aName),
    });
    const { type, username } = fields;
    if (!(await this.administration.types(principal.organizationId)).includes(type)) {
      throw invalid({ type: [`Invalid pk "${type}" - object does not exist.`] });
    }
    const source = { name: fields.name, type, baseUrl: fields.base_url, username };
    const made = await this.administration.create(principal, source);
    if (made === 'exists') throw TAKEN;
    return sourceOf(made);
  }

  @Get(':pk')
  @ApiOperation({ summary: 'Read a source system' })
  @ApiOkResponse({ type: ArgusSourceAnswer })
  async get(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    return sourceOf(await this.found(asked, pk));
  }

  @Put(':pk')
  @Allow('admin')
  @ArgusBody()
  @ApiBody({ type: ArgusSourceChange })
  @ApiOperation({ summary: 'Rename a source system' })
  @ApiOkResponse({ type: ArgusSourceAnswer })
  async replace(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const source = await this.found(asked, pk);
    return this.rename(asked, source, checked(await asked.body(), { name: required(aName) }).name);
  }

  /** Type, user and base URL are read only: they are ignored. */
  @Patch(':pk')
  @Allow('admin')
  @ArgusBody()
  @ApiBody({ type: ArgusSourceChange })
  @ApiOperation({ summary: 'Rename a source system' })
  @ApiOkResponse({ type: ArgusSourceAnswer })
  async change(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const source = await this.found(asked, pk);
    return this.rename(asked, source, checked(await asked.body(), { name: optional(aName) }).name ?? source.name);
  }

  private async rename({ principal }: ArgusRequest, { id, pk, name }: SourceSystem, to: string) {
    if (to !== name && id === ownSourceId(principal.organizationId)) throw OWN;
    const renamed = await this.administration.rename(principal, pk, to);
    if (renamed === 'taken') throw TAKEN;
    if (!renamed) throw missing('SourceSystem');
    return sourceOf(renamed);
  }

  /** `heartbeat` is a path of its own in version 2, which takes POST alone. */
  private async found({ principal, version }: ArgusRequest, pk: string): Promise<SourceSystem> {
    if (version === 2 && pk === 'heartbeat') {
      throw problem(405, 'Method not allowed', { headers: { allow: 'POST, OPTIONS' } });
    }
    const source = await this.registry.source(principal.organizationId, keyOf(pk));
    if (source) return source;
    throw missing('SourceSystem');
  }
}
