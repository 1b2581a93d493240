import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { routeSettings } from '../http/route-config.js';
import { problem } from '../http/problem.js';
import { type Principal, type TokenKind } from './principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access hook before the body is read; null on public routes. */
    principal: Principal | null;
  }
}

/** Which kinds of token may use a handler, or every handler of a controller. */
export function Allow(...kinds: readonly TokenKind[]): ClassDecorator & MethodDecorator {
  return routeSettings({ access: kinds });
}

/** The route answers without a token. Few do: INTERFACES.md, Tokens. */
export function Public(): ClassDecorator & MethodDecorator {
  return routeSettings({ access: 'public' });
}

/** Who asks. @throws Problem 401 on a public route that was asked without a token */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal) return request.principal;
  throw problem(401, 'Unauthorized');
}

/** Parameter decorator: the principal of the request. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
