import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { LandingController } from './landing.controller.js';
import { registerProxy } from './proxy.js';
import { ServiceStates } from './service-states.js';

/** The one origin: what it answers itself, and the way to everything else. */
@Module({ controllers: [LandingController], providers: [ServiceStates] })
export class ConsoleModule implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly states: ServiceStates,
  ) {}

  async onModuleInit(): Promise<void> {
    await registerProxy(this.adapter.httpAdapter.getInstance<FastifyInstance>(), this.states.located);
  }
}
