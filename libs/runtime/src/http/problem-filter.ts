import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Log } from '../logging/log.js';
import { traceOfRequest } from '../logging/trace.js';
import { isUnexpected, sendProblem } from './problem-reply.js';
import { type RouteTable } from './route-table.js';
import { answerUnrouted } from './unrouted.js';

/** Every error of a handler, pipe or parser as a problem document; the unexpected ones also in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return this.report(error, request);
    if (request.is404) return answerUnrouted(request, reply, this.routes);
    if (isUnexpected(error)) this.report(error, request);
    sendProblem(error, request, reply);
  }

  private report(error: unknown, request: FastifyRequest): void {
    this.log.error({ err: error, ...traceOfRequest(request), route: request.routeOptions.url }, 'request failed');
  }
}
