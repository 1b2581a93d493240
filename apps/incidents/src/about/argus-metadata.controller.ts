import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { installedVersion, Public } from '#libs/runtime';
import { type ArgusRequest, Asked } from '../argus/asked.js';
import { IncidentsConfig } from '../config.js';

/** What the server is (reference argus.md 1.12). Both versions of the API are served. */
@ApiTags('Argus: about')
@Controller('api')
export class ArgusMetadataController {
  constructor(private readonly config: IncidentsConfig) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'Versions of the server and its API' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  metadata(@Asked() { origin }: ArgusRequest) {
    const schema = (version: string): string => `${origin}/api/${version}/schema/`;
    return {
      'server-version': installedVersion(),
      'api-version': { stable: 'v2', deprecated: 'v1' },
      'jsonapi-schema': { stable: schema('v2'), v1: schema('v1'), v2: schema('v2') },
      ticket_plugin: this.config.ticketPlugin ?? null,
      destination_plugins: [],
    };
  }
}
