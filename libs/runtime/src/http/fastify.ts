import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { DEFAULT_BODY_LIMIT, LARGEST_BODY_LIMIT, parseJsonBody } from './body.js';
import { contentTypeProblem, JSON_TYPE } from './content-type.js';
import { refuseBrokenRequest } from './client-error.js';
import { ServiceUnavailable } from './problem.js';
import { sendProblem } from './problem-reply.js';

/** Whether the service takes requests: health answers in any case. */
export interface Gate {
  /** Set when everything was started. */
  open: boolean;
  /** Set when the process is about to stop: answers carry `Connection: close`. */
  draining: boolean;
}

const SECOND = 1000;

/**
 * The HTTP server under Nest. Its hooks run before the body is read and decide by the settings of the route that the
 * router chose, so there is no second reading of the path (CVE-2025-69211, CVE-2026-2293: reference 2.10).
 */
export function createFastify(gate: Gate): FastifyInstance {
  const instance = fastify({
    logger: false,
    bodyLimit: DEFAULT_BODY_LIMIT,
    genReqId: requestIds(),
    trustProxy: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: 30 * SECOND,
    keepAliveTimeout: 75 * SECOND,
    connectionTimeout: 0,
    http: { headersTimeout: 10 * SECOND, connectionsCheckingInterval: 2 * SECOND, maxHeaderSize: 16_384 },
    clientErrorHandler: refuseBrokenRequest,
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
  });
  takeBodies(instance);
  applyRouteSettings(instance);
  instance.addHook('onRequest', (request, reply, done) => {
    stamp(request, reply, gate);
    const problem = gate.open || isHealth(request) ? contentTypeProblem(request) : new ServiceUnavailable('starting');
    if (problem) sendProblem(problem, request, reply);
    else done();
  });
  return instance;
}

function isHealth(request: FastifyRequest): boolean {
  return request.routeOptions.url?.startsWith('/health/') === true || request.routeOptions.url === '/metrics';
}

/** Headers of every answer (OWASP: nothing sniffed, framed or kept). */
function stamp(request: FastifyRequest, reply: FastifyReply, gate: Gate): void {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('cache-control', 'no-store');
  if (gate.draining) reply.header('connection', 'close');
}

/** A caller's own request id goes on where it is plain; else ours: a prefix of the process and a count. */
function requestIds(): (request: { headers: Record<string, string | string[] | undefined> }) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : `${prefix}-${(++count).toString(36)}`;
  };
}

function takeBodies(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config?.tocsin?.raw) return done(null, body);
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  instance.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams((body as Buffer).toString('utf8'))));
  });
  // The content type was checked against the route's own list before.
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function applyRouteSettings(instance: FastifyInstance): void {
  instance.addHook('onRoute', (route) => {
    const limit = (route.config as { tocsin?: { bodyLimit?: number } } | undefined)?.tocsin?.bodyLimit;
    if (limit !== undefined) route.bodyLimit = Math.min(limit, LARGEST_BODY_LIMIT);
  });
}
