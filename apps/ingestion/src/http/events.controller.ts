import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, BodyLimit, Caller, Consumes, type Principal, problem, RawBody } from '#libs/runtime';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isOneObject, MAX_LINES, MAX_SINGLE } from '../body.js';
import { IngestPipeline } from '../ingest.pipeline.js';
import { sourcesOf } from '../sources/index.js';
import { eventsAnswer, send } from './answers.js';
import { EventsAnswerDto } from './answers.dto.js';
import { EVENT_TYPES, isLines, posted } from './posted.js';

const SOURCES = sourcesOf('/tocsin/v1/events');

const EVENT = {
  type: 'object',
  required: ['name', 'payload'] as string[],
  properties: { name: { type: 'string', maxLength: 200 }, payload: {}, metadata: { type: 'object' } },
};

/** Events in the shape of the log. */
@ApiTags('ways in')
@Controller('tocsin/v1/events')
@Allow('source', 'user', 'admin')
export class EventsController {
  constructor(private readonly pipeline: IngestPipeline) {}

  /** 202 once all accepted events lie on the log, with the place of each. */
  @Post()
  @HttpCode(202)
  @RawBody()
  @BodyLimit(MAX_LINES)
  @Consumes(...EVENT_TYPES)
  @ApiOperation({
    summary: 'One event, an array, or a line each. A repeated Idempotency-Key or metadata.id is one event.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiBody({ schema: { oneOf: [EVENT, { type: 'array', maxItems: 1000, items: EVENT }] } })
  @ApiAcceptedResponse({ type: EventsAnswerDto })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Caller() caller: Principal): Promise<void> {
    const post = posted(request, caller, SOURCES);
    const single = !isLines(request.headers['content-type']) && isOneObject(post.bytes);
    if (single && post.bytes.length > MAX_SINGLE) {
      throw problem(413, 'Too large', { detail: `one event may have ${MAX_SINGLE} bytes` });
    }
    send(reply, 202, eventsAnswer(await this.pipeline.ingest(post), single));
  }
}
