import { applyDecorators, createParamDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { BodyLimit, callerOf, Consumes, originOf, pathOf, type Principal, RawBody } from '#libs/runtime';
import { type FastifyRequest } from 'fastify';
import { notFound } from './argus-error.js';
import { type Body, BODY_LIMIT, BODY_TYPES, readBody } from './body.js';

/** A request to the Argus API. */
export interface ArgusRequest {
  /** 1 below `/api/v1`, else 2. */
  readonly version: 1 | 2;
  readonly method: string;
  /** Whose token it is. @throws Problem 401 on a public route without one */
  readonly principal: Principal;
  /** Such as `http://127.0.0.1:4000`. */
  readonly origin: string;
  /** Path and query. */
  readonly url: string;
  /** Of a parameter that comes again the last counts: `lastOf`. */
  readonly query: URLSearchParams;
  /** @throws Problem or ArgusError 400 for what cannot be read */
  body(): Promise<Body>;
}

/** Parameter decorator: what is asked. */
export const Asked = createParamDecorator((_data: unknown, context: ExecutionContext): ArgusRequest =>
  askedOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The route takes bodies as Argus does: JSON, a form, or none. `type` describes it in the OpenAPI document. */
export function ArgusBody(type?: Type): MethodDecorator {
  return applyDecorators(
    RawBody(),
    Consumes(...BODY_TYPES),
    BodyLimit(BODY_LIMIT),
    ...(type ? [ApiConsumes(...BODY_TYPES), ApiBody({ type })] : []),
  );
}

function askedOf(request: FastifyRequest): ArgusRequest {
  const { url } = request;
  const path = pathOf(url);
  const query = new URLSearchParams(url.slice(path.length));
  refuseOtherFormats(query);
  return {
    method: request.method,
    version: path.startsWith('/api/v1/') ? 1 : 2,
    get principal() {
      return callerOf(request);
    },
    origin: originOf(request),
    url,
    query,
    body: () => readBody(request.body as Buffer | undefined, request.headers['content-type']),
  };
}

/** There is JSON: a parameter that asks for something else asks for a page that does not exist (reference 1.1). */
function refuseOtherFormats(query: URLSearchParams): void {
  const format = lastOf(query, 'format');
  if (format !== undefined && format !== 'json') throw notFound();
}

/** The last value of a parameter; undefined for an absent or empty one. */
export function lastOf(query: URLSearchParams, name: string): string | undefined {
  return query.getAll(name).at(-1)?.trim() || undefined;
}
