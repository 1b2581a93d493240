import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#libs/core';
import { EventLog } from '#libs/event-stream';
import { Allow, BodyLimit, Caller, type Principal, RawBody, SlowDownBy503 } from '#libs/runtime';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { MAX_BATCH } from '../body.js';
import { IngestPipeline } from '../ingest.pipeline.js';
import { sourcesOf } from '../sources/index.js';
import { NO_SILENCES, refusedAs, statusOf } from './alertmanager-answers.js';
import { partitionFor, posted } from './posted.js';

const SOURCES = sourcesOf('/alerts/{partition}/api/v2/alerts');
const READY_WITHIN = 2_000;

/**
 * What Prometheus, vmalert, Grafana and amtool ask of an Alertmanager (reference assisted-and-ses C3). Ingestion keeps
 * no alerts and knows no silences: the lists are empty, and what would make a silence is refused.
 */
@ApiTags('as an Alertmanager')
@Controller('alerts/:partition')
@Allow('source', 'user', 'admin')
@SlowDownBy503()
export class AlertmanagerApiController {
  private readonly startedAt: string;

  constructor(
    private readonly pipeline: IngestPipeline,
    private readonly log: EventLog,
    clock: Clock,
  ) {
    this.startedAt = clock.now();
  }

  /** 200 without a body, or Alertmanager's own errors; what can be used is kept in either case. */
  @Post('api/v2/alerts')
  @RawBody()
  @BodyLimit(MAX_BATCH)
  @ApiOperation({ summary: 'Alerts pushed as to an Alertmanager.' })
  @ApiBody({ schema: { type: 'array', items: { type: 'object' } } })
  @ApiOkResponse({ description: 'All lie on the log.' })
  async push(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: Principal,
    @Param('partition') partition: string,
  ): Promise<void> {
    const ingested = await this.pipeline.ingest(posted(request, caller, SOURCES, partitionFor(caller, partition)));
    const answer = refusedAs(ingested);
    if (!answer) await reply.code(200).send();
    else await reply.code(answer.status).type('application/json').send(JSON.stringify(answer.body));
  }

  @Get('-/healthy')
  healthy(@Res() reply: FastifyReply): void {
    void reply.type('text/plain; charset=utf-8').send('OK');
  }

  @Get('-/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const ready = await this.logAnswers();
    await reply
      .code(ready ? 200 : 503)
      .headers(ready ? {} : { 'retry-after': '2' })
      .type('text/plain; charset=utf-8')
      .send(ready ? 'OK' : 'the log does not answer');
  }

  @Get('api/v2/status')
  status(): object {
    return statusOf(this.startedAt);
  }

  @Get(['api/v2/alerts', 'api/v2/alerts/groups', 'api/v2/silences'])
  nothing(): readonly never[] {
    return [];
  }

  @Get('api/v2/receivers')
  receivers(): readonly object[] {
    return [{ name: 'tocsin' }];
  }

  @Post('api/v2/silences')
  @RawBody()
  async silence(@Res() reply: FastifyReply): Promise<void> {
    await reply.code(400).type('application/json').send(NO_SILENCES);
  }

  @Get('api/v2/silence/:id')
  @HttpCode(404)
  noSilence(): void {}

  @Delete('api/v2/silence/:id')
  @HttpCode(404)
  noSilenceToExpire(): void {}

  private async logAnswers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), READY_WITHIN)));
    const answered = this.log.ping().then(
      () => true,
      () => false,
    );
    return Promise.race([answered, late]).finally(() => clearTimeout(timer));
  }
}
