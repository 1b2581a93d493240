import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { sampleTypes } from '#libs/contracts';
import { Allow, BodyLimit, Caller, Consumes, type Principal, RawBody } from '#libs/runtime';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { MAX_EVENTS, MAX_LINES, parseJson, parseLines } from '../body.js';
import { IngestPipeline } from '../ingest.pipeline.js';
import { sourcesOf } from '../sources/index.js';
import { samplesAnswer, send } from './answers.js';
import { SamplesAnswerDto } from './answers.dto.js';
import { EVENT_TYPES, isLines, posted } from './posted.js';

const SOURCES = sourcesOf('/tocsin/v1/samples');

const SAMPLE = {
  type: 'object',
  required: ['kind', 'clusterId', 'at'] as string[],
  properties: {
    kind: { type: 'string', enum: sampleTypes.map(({ name }) => name) },
    clusterId: { type: 'string', maxLength: 256 },
    at: { type: 'string', format: 'date-time' },
  },
};

const readJson = (bytes: Buffer): unknown => parseJson(bytes, MAX_LINES);

/** Samples of hosts and databases. */
@ApiTags('ways in')
@Controller('tocsin/v1/samples')
@Allow('source', 'user', 'admin')
export class SamplesController {
  constructor(private readonly pipeline: IngestPipeline) {}

  /** 202 once all accepted samples lie on the log. */
  @Post()
  @HttpCode(202)
  @RawBody()
  @BodyLimit(MAX_LINES)
  @Consumes(...EVENT_TYPES)
  @ApiOperation({ summary: 'Up to 1,000 samples, 16 MiB: an array, or a line each.' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiBody({ schema: { type: 'array', maxItems: MAX_EVENTS, items: SAMPLE } })
  @ApiAcceptedResponse({ type: SamplesAnswerDto })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Caller() caller: Principal): Promise<void> {
    const read = isLines(request.headers['content-type']) ? parseLines : readJson;
    send(reply, 202, samplesAnswer(await this.pipeline.ingest(posted(request, caller, SOURCES, '', read))));
  }
}
