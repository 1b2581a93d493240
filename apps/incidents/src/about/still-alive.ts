import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';

/** Argus' way to ask whether it lives (reference argus.md 1.12), at its own path with and without the slash: 204. */
@Injectable()
export class StillAlive implements OnModuleInit {
  constructor(private readonly adapter: HttpAdapterHost) {}

  onModuleInit(): void {
    const server = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    for (const path of ['/.still-alive', '/.still-alive/']) {
      server.get(path, { config: { tocsin: { access: 'public' } } }, (_request, reply) => reply.code(204).send());
    }
  }
}
