import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Allow, BodyLimit, Caller, Consumes, type Principal, RawBody, Unpacks } from '#libs/runtime';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { parseJson } from '../body.js';
import { IngestPipeline } from '../ingest.pipeline.js';
import { exported, isProtobuf, JSON_TYPE, PROTOBUF } from '../otlp/answers.js';
import { EXPORT_LOGS, EXPORT_METRICS } from '../otlp/messages.js';
import { type Message } from '../protobuf/decode.js';
import { readMessage } from '../protobuf/read.js';
import { Refusal, type Source } from '../source.js';
import { sourcesOf } from '../sources/index.js';
import { MAX_UNPACKED, unpackGzip } from '../unpack.js';
import { refusedBody } from './answers.js';
import { bodyOf, posted } from './posted.js';

/** One signal of OTLP. */
interface Signal {
  readonly sources: readonly Source[];
  readonly message: Message;
  readonly counted: 'rejectedLogRecords' | 'rejectedDataPoints';
}

const LOGS: Signal = { sources: sourcesOf('/otlp/v1/logs'), message: EXPORT_LOGS, counted: 'rejectedLogRecords' };
const METRICS: Signal = {
  sources: sourcesOf('/otlp/v1/metrics'),
  message: EXPORT_METRICS,
  counted: 'rejectedDataPoints',
};
const MOST_REASONS = 5;

const readJson = (bytes: Buffer): unknown => parseJson(bytes, MAX_UNPACKED);

/**
 * OTLP over HTTP, JSON or protobuf, plain or gzip (reference demo-and-slo 3.1). Senders repeat 429 and 503 only: whatever
 * the trouble with the log is, it is 503.
 */
@ApiTags('ways in')
@Controller('otlp/v1')
@Allow('source', 'user', 'admin')
export class OtlpController {
  constructor(private readonly pipeline: IngestPipeline) {}

  /** 200 once all that could be used lies on the log; `partialSuccess` tells of the rest. */
  @Post('logs')
  @HttpCode(200)
  @RawBody()
  @Unpacks('gzip')
  @BodyLimit(MAX_UNPACKED)
  @Consumes(JSON_TYPE, PROTOBUF)
  @ApiOperation({ summary: 'Log records by OTLP/HTTP: each becomes a LogRecord of its cluster.' })
  @ApiConsumes(JSON_TYPE, PROTOBUF)
  @ApiProduces(JSON_TYPE, PROTOBUF)
  @ApiBody({ schema: { type: 'object', properties: { resourceLogs: { type: 'array', items: { type: 'object' } } } } })
  @ApiOkResponse({ description: 'ExportLogsServiceResponse', schema: { type: 'object' } })
  logs(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Caller() caller: Principal): Promise<void> {
    return this.take(LOGS, request, reply, caller);
  }

  /** 200 once all that could be used lies on the log; `partialSuccess` tells of the rest. */
  @Post('metrics')
  @HttpCode(200)
  @RawBody()
  @Unpacks('gzip')
  @BodyLimit(MAX_UNPACKED)
  @Consumes(JSON_TYPE, PROTOBUF)
  @ApiOperation({ summary: 'Metrics by OTLP/HTTP: each value becomes a MetricPoint of its cluster.' })
  @ApiConsumes(JSON_TYPE, PROTOBUF)
  @ApiProduces(JSON_TYPE, PROTOBUF)
  @ApiBody({
    schema: { type: 'object', properties: { resourceMetrics: { type: 'array', items: { type: 'object' } } } },
  })
  @ApiOkResponse({ description: 'ExportMetricsServiceResponse', schema: { type: 'object' } })
  metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Caller() caller: Principal): Promise<void> {
    return this.take(METRICS, request, reply, caller);
  }

  private async take(signal: Signal, request: FastifyRequest, reply: FastifyReply, caller: Principal): Promise<void> {
    const { 'content-type': type, 'content-encoding': encoding } = request.headers;
    const asProtobuf = isProtobuf(type);
    const bytes = await unpackGzip(bodyOf(request), encoding);
    if (bytes instanceof Refusal) throw refusedBody(bytes);
    const read = asProtobuf ? readMessage(signal.message) : readJson;
    const { rejected, refusal } = await this.pipeline.ingest({
      ...posted(request, caller, signal.sources, '', read),
      bytes,
    });
    if (refusal) throw refusedBody(refusal);
    const reasons = [...new Set(rejected.map(({ reason }) => reason))].slice(0, MOST_REASONS);
    const answer = exported(asProtobuf, signal.counted, rejected.length, reasons.join('; '));
    await reply.code(200).header('content-type', answer.type).send(answer.body);
  }
}
