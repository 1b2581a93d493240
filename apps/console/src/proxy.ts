import replyFrom from '@fastify/reply-from';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { problem, type RouteSettings, sendProblem, ServiceUnavailable } from '#libs/runtime';
import { type Located } from './config.js';
import { decodedPath, upstreamOf } from './upstreams.js';

/** Ingestion answers within 10 s whatever happens behind it; the origin waits a little longer. */
const HEADERS_MS = 12_000;
const CONNECTIONS = 128;
/** The largest body that any service takes (INTERFACES.md, Ways in). */
const LARGEST_BODY = 16 * 1024 * 1024;

/**
 * Hands every path of a service on, body and query unread: the service itself asks for the token. What it does not
 * answer is 503 with Retry-After, never 502: a monitoring system then comes again.
 */
export async function registerProxy(fastify: FastifyInstance, located: readonly Located[]): Promise<void> {
  const urls = new Map(located.map(({ service, url }) => [service, url]));
  await fastify.register(async (scope) => {
    await scope.register(replyFrom, {
      undici: { connections: CONNECTIONS, pipelining: 1, headersTimeout: HEADERS_MS, bodyTimeout: 0 },
      disableRequestLogging: true,
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const prefix of located.flatMap(({ paths }) => paths)) {
      const config = { tocsin: settingsOf(prefix) };
      for (const url of [prefix, `${prefix}/*`]) {
        scope.all(url, { config, exposeHeadRoute: false }, (request, reply) => handOn(request, reply, urls));
      }
    }
  });
}

/** The service counts by token; here an address is counted. An Alertmanager never sees 429 (INTERFACES.md, Ways in). */
function settingsOf(prefix: string): RouteSettings {
  return { access: 'public', consumes: ['*'], ...(prefix === '/alerts' ? { rate: 'unavailable' } : {}) };
}

function handOn(request: FastifyRequest, reply: FastifyReply, urls: ReadonlyMap<string, string>): FastifyReply {
  const path = (request.raw.url ?? '/').split('?', 1)[0]!;
  const target = urls.get(upstreamOf(path)?.service ?? '');
  if (target === undefined || leavesItsPath(path)) return refuse(problem(404, 'Not found'), request, reply);
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY) {
    return refuse(problem(413, 'Body too large', { detail: 'at most 16 MiB' }), request, reply);
  }
  return reply.from(`${target}${path}`, {
    retryDelay: () => null,
    rewriteRequestHeaders: (_request, headers) => ({
      ...headers,
      'x-request-id': request.id,
      'x-forwarded-for': request.ip,
      'x-forwarded-host': request.headers.host ?? '',
      'x-forwarded-proto': request.protocol,
    }),
    onError: (failed) =>
      void refuse(new ServiceUnavailable('the service does not answer', 2), request, failed as FastifyReply),
  });
}

/** Whether a spelling such as `%2f..%2f` might lead to another path than the one that was matched; reply-from refuses these. */
function leavesItsPath(path: string): boolean {
  const decoded = decodedPath(path);
  return decoded.includes('/..') || decoded.includes('../');
}

/** More than this is not read only to be dropped. */
const DRAINED = 64 * 1024 * 1024;

/**
 * What is left of the body is read and dropped, so that the client sees the answer and the connection can go on; one of
 * unknown or absurd length is cut off instead.
 */
function refuse(reason: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!request.raw.complete) {
    const length = Number(request.headers['content-length'] ?? Infinity);
    if (length > DRAINED) reply.header('connection', 'close');
    request.raw.resume();
  }
  sendProblem(reason, request, reply);
  return reply;
}
