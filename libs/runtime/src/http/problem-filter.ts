import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Log } from '../logging/log.js';
import { isUnexpected, sendProblem } from './problem-reply.js';

/** Every error of a handler, pipe or parser as a problem document; the unexpected ones also in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (isUnexpected(error)) {
      this.log.error({ err: error, requestId: request.id, route: request.routeOptions?.url }, 'request failed');
    }
    if (!reply.sent) sendProblem(error, request, reply);
  }
}
