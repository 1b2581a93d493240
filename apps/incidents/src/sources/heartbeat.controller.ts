import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiForbiddenResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#libs/runtime';
import { refused } from '../argus/argus-error.js';
import { ArgusBody, type ArgusRequest, Asked } from '../argus/asked.js';
import { LastSeen } from './last-seen.js';
import { Registry } from './registry.js';

/** A source says that it is alive. From its first heartbeat on its silence is an incident (reference argus.md 1.11). */
@ApiTags('Argus: sources')
@Controller('api/v2/incidents/sources/heartbeat')
@Allow('admin', 'user', 'reader', 'source')
export class HeartbeatController {
  constructor(
    private readonly registry: Registry,
    private readonly lastSeen: LastSeen,
  ) {}

  @Post()
  @HttpCode(204)
  @ArgusBody()
  @ApiOperation({ summary: 'Say that the source is alive' })
  @ApiNoContentResponse({ description: 'Noted.' })
  @ApiForbiddenResponse({ description: 'Not a source; without a body.' })
  async beat(@Asked() { principal }: ArgusRequest): Promise<void> {
    const { source } = await this.registry.identityOf(principal);
    if (!source) throw refused(403, undefined);
    this.lastSeen.note(principal.tokenId, { heartbeat: true });
  }
}
