import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Clock } from '#libs/core';
import { Allow } from '#libs/runtime';
import { renderLanding } from './landing.render.js';
import { ServiceStates } from './service-states.js';

/** The page at `/`. A browser asks for the token as the password of Basic. */
@Controller()
export class LandingController {
  constructor(
    private readonly states: ServiceStates,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow('admin', 'user', 'reader', 'source')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  @ApiExcludeEndpoint()
  async landing(): Promise<string> {
    return renderLanding(await this.states.all(), this.clock.now());
  }
}
