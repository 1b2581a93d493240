import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, BodyLimit, Caller, type Principal, RawBody, SlowDownBy503 } from '#libs/runtime';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { MAX_BATCH } from '../body.js';
import { IngestPipeline } from '../ingest.pipeline.js';
import { sourcesOf } from '../sources/index.js';
import { alertsAnswer, send } from './answers.js';
import { AlertsAnswerDto } from './answers.dto.js';
import { partitionFor, posted } from './posted.js';

const SOURCES = sourcesOf('/alerts/{partition}');

/** Webhooks of alerting systems. */
@ApiTags('ways in')
@Controller('alerts/:partition')
@Allow('source', 'user', 'admin')
@SlowDownBy503()
export class AlertsController {
  constructor(private readonly pipeline: IngestPipeline) {}

  /** 200 once all usable alerts lie on the log; 503 where the log does not acknowledge: Alertmanager then tries again. */
  @Post()
  @HttpCode(200)
  @RawBody()
  @BodyLimit(MAX_BATCH)
  @ApiOperation({ summary: 'A group of alerts: webhook of Alertmanager (version 4) or of Grafana (version 1).' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiBody({
    schema: {
      type: 'object',
      properties: { version: { type: 'string' }, alerts: { type: 'array', items: { type: 'object' } } },
    },
  })
  @ApiOkResponse({ type: AlertsAnswerDto })
  async post(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: Principal,
    @Param('partition') partition: string,
  ): Promise<void> {
    const post = posted(request, caller, SOURCES, partitionFor(caller, partition));
    send(reply, 200, alertsAnswer(await this.pipeline.ingest(post)));
  }
}
