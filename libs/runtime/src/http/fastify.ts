import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { DEFAULT_BODY_LIMIT, LARGEST_BODY_LIMIT, parseJsonBody } from './body.js';
import { refuseBrokenRequest } from './client-error.js';
import { JSON_TYPE } from './content-type.js';
import { type Dialect, dialectOf, typedAs } from './dialect.js';
import { type HttpFront } from './front.js';
import { sendProblem } from './problem-reply.js';
import { type RouteSettings } from './route-config.js';
import { type Doorkeeping, guardOf, guardOfUnknown, type Hook } from './route-guard.js';
import { type RouteTable } from './route-table.js';

export interface FastifyParts extends Doorkeeping {
  readonly front: HttpFront;
  readonly routes: RouteTable;
  readonly dialects: readonly Dialect[];
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Of the compatible APIs that this server speaks. */
    dialects: readonly Dialect[];
  }
}

/** The HTTP server under Nest, on the front's socket. Every route that is added gets its guard and its body limit. */
export function createFastify(parts: FastifyParts): FastifyInstance {
  const instance = fastify({
    logger: false,
    bodyLimit: DEFAULT_BODY_LIMIT,
    genReqId: requestIds(),
    return503OnClosing: false,
    serverFactory: (handler) => {
      parts.front.application = handler;
      return parts.front.server;
    },
    clientErrorHandler: refuseBrokenRequest,
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: sendProblem,
  });
  instance.decorate('dialects', parts.dialects);
  instance.decorateRequest('principal', null);
  instance.decorateRequest('takesRawBody', false);
  takeBodies(instance);
  instance.addHook('onRoute', (route) => equip(route, parts));
  instance.addHook('onRequest', guardOfUnknown(parts));
  return instance;
}

function equip(route: RouteOptions, parts: FastifyParts): void {
  const settings: RouteSettings = route.config?.tocsin ?? {};
  const dialect = dialectOf(route.url, parts.dialects);
  if (dialect) {
    route.url = dialect.servedAt(route.url);
    route.onSend = [typedAs(dialect), ...[route.onSend ?? []].flat()];
  }
  for (const method of [route.method].flat()) parts.routes.add({ method, url: route.url, access: settings.access });
  if (settings.bodyLimit !== undefined) route.bodyLimit = Math.min(settings.bodyLimit, LARGEST_BODY_LIMIT);
  route.onRequest = [guardOf(settings, parts), ...([route.onRequest ?? []].flat() as Hook[])];
}

/** A caller's own request id goes on where it is plain; else ours: a prefix of the process and a count. */
function requestIds(): (request: { headers: Record<string, string | string[] | undefined> }) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    const plain = typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given);
    return plain ? given : `${prefix}-${(++count).toString(36)}`;
  };
}

/** The guard has checked the type against the route's own list before a parser runs. */
function takeBodies(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    if (request.takesRawBody) return done(null, body);
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  instance.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.takesRawBody) return done(null, body);
    done(null, Object.fromEntries(new URLSearchParams((body as Buffer).toString('utf8'))));
  });
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
