import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { Registry } from '../sources/registry.js';
import { type ArgusRequest, Asked } from './asked.js';
import { IncidentShown, SourcesShown } from './documents/incidents.dto.js';
import { IncidentDesk } from './incident-desk.js';
import { sourceOf } from './serializers.js';

/** Argus answers all there are; this bound keeps the answer within the memory of a process. */
const MOST = 20_000;

/** What only version 1 has: whole lists, which no parameter narrows (reference argus.md 1.5). */
@ApiTags('Argus: incidents')
@Controller('api/v1/incidents')
@Allow('admin', 'user', 'reader', 'source')
export class ArgusOldIncidentsController {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly registry: Registry,
  ) {}

  @Get('open')
  @ApiOperation({ summary: 'All open incidents' })
  @ApiOkResponse({ type: [IncidentShown] })
  async open(@Asked() asked: ArgusRequest) {
    return this.desk.shownAll(asked, await this.desk.all(asked.principal.organizationId, { open: true }, MOST));
  }

  @Get('open\\+unacked')
  @ApiOperation({ summary: 'All open incidents that nobody acknowledged' })
  @ApiOkResponse({ type: [IncidentShown] })
  async openUnacked(@Asked() asked: ArgusRequest) {
    const filter = { open: true, acked: false };
    return this.desk.shownAll(asked, await this.desk.all(asked.principal.organizationId, filter, MOST));
  }

  @Get('metadata')
  @ApiOperation({ summary: 'The sources' })
  @ApiOkResponse({ type: SourcesShown })
  async metadata(@Asked() asked: ArgusRequest) {
    const sources = await this.registry.sources(asked.principal.organizationId);
    return { sourceSystems: sources.map(sourceOf) };
  }
}
