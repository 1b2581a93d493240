import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { installedVersion, Public } from '#libs/runtime';
import { notFound } from '../argus/argus-error.js';
import { openApi30 } from './openapi30.js';
import { SWAGGER_PAGE, SWAGGER_POLICY, SWAGGER_START } from './swagger-page.js';

const YAML = 'application/vnd.oai.openapi';
const JSON_TYPE = 'application/vnd.oai.openapi+json';

/** The API document of the Argus API: whole, or of one version. YAML unless JSON is asked for (reference argus.md 1.12). */
@ApiTags('Argus: about')
@Controller(['api/schema', 'api/v1/schema', 'api/v2/schema'])
export class ArgusSchemaController {
  /** The text by path and type: it does not change while the process lives. */
  private readonly texts = new Map<string, string>();

  constructor(private readonly adapter: HttpAdapterHost) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'The API document; `?format=json` for JSON' })
  @ApiProduces(YAML, JSON_TYPE)
  @ApiOkResponse({ description: 'OpenAPI 3.0.3.', schema: { type: 'object', additionalProperties: true } })
  async schema(@Req() { query, url, headers }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const type = typeOf((query as Record<string, unknown>)['format'], headers.accept);
    const prefix = /^\/api\/v\d\//.exec(url)?.[0] ?? '/api/';
    const key = `${type} ${prefix}`;
    const text = this.texts.get(key) ?? (await this.make(prefix, type === YAML));
    this.texts.set(key, text);
    await reply.type(type).send(text);
  }

  @Get('swagger-ui')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', SWAGGER_POLICY)
  @ApiOperation({ summary: 'The API document to try out' })
  @ApiProduces('text/html')
  @ApiOkResponse({ description: 'A page.', schema: { type: 'string' } })
  page(): string {
    return SWAGGER_PAGE;
  }

  @Get('swagger-ui/start')
  @Public()
  @Header('content-type', 'text/javascript; charset=utf-8')
  @ApiOperation({ summary: 'The script of that page' })
  @ApiProduces('text/javascript')
  @ApiOkResponse({ description: 'A script.', schema: { type: 'string' } })
  start(): string {
    return SWAGGER_START;
  }

  private async make(prefix: string, yaml: boolean): Promise<string> {
    const { describe } = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    const info = { title: 'Argus API of Tocsin', version: installedVersion() };
    const document = openApi30({ ...describe() }, info, (path) => path.startsWith(prefix));
    if (!yaml) return JSON.stringify(document);
    const { stringify } = await import('yaml');
    return stringify(document, { aliasDuplicateObjects: false });
  }
}

/** @throws ArgusError 404 for a format that there is not */
function typeOf(format: unknown, accept = ''): string {
  if (format !== undefined && format !== 'json' && format !== 'yaml') throw notFound();
  const json =
    format === 'json' || (format === undefined && /^application\/(?:vnd\.oai\.openapi\+)?json\b/i.test(accept));
  return json ? JSON_TYPE : YAML;
}
