import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  Allow,
  BodyLimit,
  Caller,
  Consumes,
  type Principal,
  problem,
  RawBody,
  SlowDownBy503,
  Unpacks,
} from '#libs/runtime';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { IngestPipeline } from '../ingest.pipeline.js';
import { PROTOBUF } from '../otlp/answers.js';
import { countsOf, readVersion1, readVersion2, type WriteRequest } from '../remote-write/series.js';
import { Refusal, type Rejection } from '../source.js';
import { sourcesOf } from '../sources/index.js';
import { MAX_UNPACKED, unpackSnappy } from '../unpack.js';
import { refusedBody } from './answers.js';
import { bodyOf, posted } from './posted.js';

const SOURCES = sourcesOf('/api/v1/write');
const VERSION_1 = 'prometheus.WriteRequest';
const VERSION_2 = 'io.prometheus.write.v2.Request';
const MOST_REASONS = 5;
const MOST_CHARACTERS = 1000;

/**
 * Prometheus remote write 1.0 and 2.0 (reference demo-and-slo 3.2). A sender drops what was answered 4xx and repeats
 * after 5xx: so 400 is for samples that can never be taken, and whoever is too fast hears 503.
 */
@ApiTags('ways in')
@Controller('api/v1/write')
@Allow('source', 'user', 'admin')
@SlowDownBy503()
export class RemoteWriteController {
  constructor(private readonly pipeline: IngestPipeline) {}

  /** 204 once all lies on the log; 400 where a sample was refused, and the others are kept. Headers say how many were written. */
  @Post()
  @HttpCode(204)
  @RawBody()
  @Unpacks('snappy')
  @BodyLimit(MAX_UNPACKED)
  @Consumes(PROTOBUF)
  @ApiOperation({ summary: 'Prometheus remote write 1.0 and 2.0: each sample becomes a MetricPoint of its cluster.' })
  @ApiConsumes(PROTOBUF)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiNoContentResponse({ description: 'All lie on the log.' })
  async write(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Caller() caller: Principal): Promise<void> {
    const readVersion = readerOf(request.headers['content-type'] ?? '');
    const bytes = await unpackSnappy(bodyOf(request));
    if (bytes instanceof Refusal) throw refusedBody(bytes);
    let held = { samples: 0, histograms: 0 };
    const read = (packed: Buffer): WriteRequest | Refusal => {
      const body = readVersion(packed);
      if (!(body instanceof Refusal)) held = countsOf(body);
      return body;
    };
    const { rejected, refusal } = await this.pipeline.ingest({ ...posted(request, caller, SOURCES, '', read), bytes });
    if (refusal) throw refusedBody(refusal);
    const headers = writtenHeaders(held, rejected);
    if (rejected.length > 0) throw problem(400, 'Invalid samples', { detail: reasonsOf(rejected), headers });
    await reply.code(204).headers(headers).send();
  }
}

/** Which of the two messages a content type names. @throws Problem 415 for another one */
function readerOf(contentType: string): (bytes: Buffer) => WriteRequest | Refusal {
  const named = /;\s*proto\s*=\s*"?([\w.]+)"?/i.exec(contentType)?.[1] ?? VERSION_1;
  if (named === VERSION_1) return readVersion1;
  if (named === VERSION_2) return readVersion2;
  throw problem(415, 'Unsupported media type', { detail: `proto: expected ${VERSION_1} or ${VERSION_2}` });
}

/** What a sender of version 2 must be told, and one of version 1 passes over. Exemplars are not kept. */
function writtenHeaders(
  held: { samples: number; histograms: number },
  rejected: readonly Rejection[],
): Record<string, string> {
  const refusedOf = (what: string): number => rejected.filter(({ reason }) => reason.startsWith(`${what}: `)).length;
  return {
    'x-prometheus-remote-write-samples-written': String(held.samples - refusedOf('samples')),
    'x-prometheus-remote-write-histograms-written': String(held.histograms - refusedOf('histograms')),
    'x-prometheus-remote-write-exemplars-written': '0',
  };
}

function reasonsOf(rejected: readonly Rejection[]): string {
  const reasons = [...new Set(rejected.map(({ reason }) => reason))].slice(0, MOST_REASONS);
  return `${rejected.length} refused: ${reasons.join('; ')}`.slice(0, MOST_CHARACTERS);
}
