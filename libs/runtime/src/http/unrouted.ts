import { type FastifyReply, type FastifyRequest } from 'fastify';
import { dialectOf } from './dialect.js';
import { problem } from './problem.js';
import { pathOf, sendProblem } from './problem-reply.js';
import { unauthorized } from './route-guard.js';
import { type RouteTable } from './route-table.js';

/** Answers what the router has no handler for. Only a caller with a token learns what there is. */
export function answerUnrouted(request: FastifyRequest, reply: FastifyReply, routes: RouteTable): void {
  if (!request.principal) return sendProblem(unauthorized(), request, reply);
  const path = pathOf(request.url);
  const methods = routes.methodsOf(path);
  const dialect = dialectOf(path, request.server.dialects);
  if (methods.length > 0 && dialect && request.method === 'OPTIONS') {
    void reply.headers({ 'content-type': dialect.contentType, allow: allowed(methods, 'OPTIONS') });
    return void reply.send(Buffer.from(JSON.stringify(dialect.options(path, methods))));
  }
  if (methods.length > 0) {
    const headers = { allow: dialect ? allowed(methods, 'OPTIONS') : allowed(methods) };
    return sendProblem(problem(405, 'Method not allowed', { headers }), request, reply);
  }
  const elsewhere = dialect?.servedAt(path);
  if (elsewhere !== undefined && routes.methodsOf(elsewhere).length > 0) {
    return void reply.redirect(elsewhere + request.url.slice(path.length), 301);
  }
  sendProblem(problem(404, 'Not found'), request, reply);
}

function allowed(methods: readonly string[], ...more: readonly string[]): string {
  return [...methods, ...more].join(', ');
}
