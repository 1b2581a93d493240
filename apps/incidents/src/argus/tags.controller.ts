import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { type CommandResult, IncidentCommands } from '../commands/incident-commands.js';
import { type IncidentDocument } from '../projections/incidents/incidents.document.js';
import { Registry } from '../sources/registry.js';
import { ArgusError, invalid, missing } from './argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from './asked.js';
import { MomentParameters } from './documents/filters.js';
import { TagOnly } from './documents/incidents.dto.js';
import { checked, required } from './fields.js';
import { IncidentDesk } from './incident-desk.js';
import { keyOf } from './key.js';
import { done } from './refusals.js';
import { tag } from './tags.js';

/**
 * The tags of one incident. Anybody may add and drop any, and no event tells of it (reference argus.md 1.8). An unknown
 * incident is 400 here.
 */
@ApiTags('Argus: tags')
@Controller(['api/v1/incidents/:pk/tags', 'api/v2/incidents/:pk/tags'])
@Allow('admin', 'user', 'source')
export class ArgusTagsController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The tags of an incident' })
  @MomentParameters()
  @ApiOkResponse({ type: [TagOnly] })
  @Allow('admin', 'user', 'reader', 'source')
  async list(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const { tags } = await this.incident(asked, keyOf(pk));
    return tags.map((one) => ({ tag: one.tag }));
  }

  @Post()
  @ApiOperation({ summary: 'Add a tag, which may be there already' })
  @ApiCreatedResponse({ type: TagOnly })
  @ArgusBody(TagOnly)
  async post(@Asked() asked: ArgusRequest, @Param('pk') pk: string) {
    const key = keyOf(pk);
    const caller = await this.registry.identityOf(asked.principal);
    const { tag: added } = checked(await asked.body(), { tag: required(tag) });
    this.done(await this.commands.addTag(caller, key, added), asked);
    return { tag: added };
  }

  @Get(':tag')
  @ApiOperation({ summary: 'One tag of an incident' })
  @ApiOkResponse({ type: TagOnly })
  @Allow('admin', 'user', 'reader', 'source')
  async get(@Asked() asked: ArgusRequest, @Param('pk') pk: string, @Param('tag') text: string) {
    const { tags } = await this.incident(asked, keyOf(pk));
    const named = tagOf(text);
    if (tags.some((one) => one.tag === named)) return { tag: named };
    throw missing('Tag');
  }

  @Delete(':tag')
  @ApiOperation({ summary: 'Drop a tag' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @ArgusBody()
  async delete(@Asked() asked: ArgusRequest, @Param('pk') pk: string, @Param('tag') text: string): Promise<void> {
    const key = keyOf(pk);
    const caller = await this.registry.identityOf(asked.principal);
    this.done(await this.commands.removeTag(caller, key, tagOf(text)), asked);
  }

  private done(result: CommandResult, asked: ArgusRequest): void {
    if (result.refusal?.code === 'unknown-incident') throw unknownIncident(result.refusal.pk);
    done(result, this.desk.told(asked));
  }

  private async incident({ principal, query }: ArgusRequest, pk: number): Promise<IncidentDocument> {
    try {
      return await this.desk.one(principal.organizationId, pk, this.desk.moment({ query }));
    } catch (error) {
      throw error instanceof ArgusError && error.status === 404 ? unknownIncident(pk) : error;
    }
  }
}

function unknownIncident(pk: number): ArgusError {
  return invalid([`An incident with pk=${pk} does not exist`]);
}

/** @throws ArgusError 400, a bare list */
function tagOf(text: string): string {
  const read = tag(text);
  if ('value' in read) return read.value;
  throw invalid([read.errors].flat() as string[]);
}
