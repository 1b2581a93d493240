import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Metrics, ServiceUnavailable } from '#libs/runtime';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

const MIB = 1024 * 1024;
/** Bytes of bodies that may be under way at once. */
const MAX_UNDER_WAY = 64 * MIB;
/** Bodies up to this size are not counted: a thousand of them weigh as much as four large ones. */
const SMALL = 64 * 1024;

/**
 * Bounds the memory that uploads take, however many there are at once: beyond it a large one is told to come back
 * before any of it is read (reference performance-reliability 2.9).
 */
@Injectable()
export class Admission implements OnModuleInit {
  private underWay = 0;

  constructor(
    private readonly host: HttpAdapterHost,
    metrics: Metrics,
  ) {
    metrics.gauge('tocsin_ingest_upload_bytes', 'Bytes of large uploads under way', [], (gauge) =>
      gauge.set(this.underWay),
    );
  }

  onModuleInit(): void {
    const instance = this.host.httpAdapter.getInstance<FastifyInstance>();
    instance.addHook('preParsing', (request, reply, payload, done) => {
      const bytes = sizeOf(request);
      if (bytes <= SMALL) return done(null, payload);
      if (this.underWay + bytes > MAX_UNDER_WAY)
        return done(new ServiceUnavailable('too many large uploads at once', 2));
      this.underWay += bytes;
      reply.raw.once('close', () => (this.underWay -= bytes));
      done(null, payload);
    });
  }
}

/** What the body will weigh: as announced, and the most that the route takes where it is not. */
function sizeOf(request: FastifyRequest): number {
  const length = request.headers['content-length'];
  if (length !== undefined) return Number(length);
  return request.headers['transfer-encoding'] === undefined ? 0 : request.routeOptions.bodyLimit;
}
