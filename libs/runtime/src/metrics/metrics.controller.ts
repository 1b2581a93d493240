import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '../access/allow.js';
import { WithoutRateLimit } from '../http/route-config.js';
import { Metrics } from './metrics.js';

/** For Prometheus, on the service's own port; the origin does not pass it on. */
@ApiExcludeController()
@Controller()
@Public()
@WithoutRateLimit()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get('metrics')
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.metrics.text();
    await reply.type(this.metrics.contentType).send(text);
  }
}
