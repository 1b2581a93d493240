import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '../access/allow.js';
import { WithoutRateLimit } from '../http/route-config.js';
import { type HealthReport } from './health.js';
import { HealthService } from './health-service.js';

/** Both answer 200 or 503, without a token. */
@ApiTags('health')
@Controller('health')
@Public()
@WithoutRateLimit()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process should go on: 503 asks for a restart' })
  async live(@Res() reply: FastifyReply): Promise<void> {
    await answer(reply, await this.health.liveness());
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the service takes work, part by part' })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    await answer(reply, await this.health.readiness());
  }
}

async function answer(reply: FastifyReply, report: HealthReport): Promise<void> {
  await reply.code(report.status === 'unavailable' ? 503 : 200).send(report);
}
