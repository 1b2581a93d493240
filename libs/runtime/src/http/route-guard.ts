import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Principal, type TokenKind, tokenKinds } from '../access/principal.js';
import { tokenOf } from '../access/token.js';
import { type TokenVerifier } from '../access/token-verifier.js';
import { contentTypeProblem, JSON_TYPE } from './content-type.js';
import { addressOf } from '../limits/address.js';
import { type RateLimits } from '../limits/rate-limits.js';
import { type HeldBytes } from './held-bytes.js';
import { type Problem, problem, ServiceUnavailable } from './problem.js';
import { problemOf, sendProblem } from './problem-reply.js';
import { type RouteSettings } from './route-config.js';

/** What the guard needs from the service. */
export interface Doorkeeping {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly front: { readonly draining: boolean };
  readonly held: Pick<HeldBytes, 'admit'>;
  readonly limits: Pick<RateLimits, 'token' | 'address' | 'stranger' | 'spend'>;
}

export type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

const JSON_ONLY: readonly string[] = [JSON_TYPE];

/**
 * The guard of one route. It belongs to the route that the router chose, so the path is never read a second time
 * (CVE-2025-69211, CVE-2026-2293: reference performance-reliability 2.10), and it runs before the body is read. A Nest
 * guard would run after that, and costs several promises a request. A route that names no kinds is open to nobody.
 */
export function guardOf(settings: RouteSettings, { verifier, front, held, limits }: Doorkeeping): Hook {
  const consumes = settings.consumes ?? JSON_ONLY;
  const access = settings.access ?? [];
  const raw = settings.raw === true;
  const crowded = (request: FastifyRequest, reply: FastifyReply): Problem | undefined =>
    held.admit(request, reply, settings.bodyLimit) ? undefined : new ServiceUnavailable('too much is being uploaded');
  return (request, reply, done) => {
    stamp(request, reply, front.draining);
    if (raw) request.takesRawBody = true;
    const admit = (refusal?: Problem): void => {
      const answer =
        tooFast(request, refusal, settings, limits) ??
        refusal ??
        contentTypeProblem(request.headers, consumes, settings.encodings) ??
        crowded(request, reply);
      if (answer) return sendProblem(answer, request, reply);
      chargeBody(request, reply, limits);
      done();
    };
    if (access === 'public') admit();
    else authenticate(request, verifier, access, admit);
  };
}

/** An Alertmanager may be set to ask for a path that is not there. */
const UNKNOWN: RouteSettings = { rate: 'unavailable' };

/** The guard of paths that do not exist: only a caller with a token learns that. */
export function guardOfUnknown({ verifier, front, limits }: Doorkeeping): Hook {
  return (request, reply, done) => {
    if (!request.is404) return done();
    stamp(request, reply, front.draining);
    authenticate(request, verifier, tokenKinds, (refusal) => {
      const answer = tooFast(request, refusal, UNKNOWN, limits) ?? refusal;
      if (answer) sendProblem(answer, request, reply);
      else done();
    });
  };
}

/** Headers of every answer: nothing is sniffed or kept, and the request can be found again. */
function stamp(request: FastifyRequest, reply: FastifyReply, draining: boolean): void {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('cache-control', 'no-store');
  if (draining) reply.header('connection', 'close');
}

/** Sets the principal and admits, or refuses. Synchronous for a token that is known. */
function authenticate(
  request: FastifyRequest,
  verifier: Doorkeeping['verifier'],
  kinds: readonly TokenKind[],
  decided: (refusal?: Problem) => void,
): void {
  const token = tokenOf(request.headers.authorization);
  if (token === undefined) return decided(unauthorized());
  const judge = (principal: Principal | undefined): void => {
    request.principal = principal ?? null;
    decided(refusalOf(principal, kinds));
  };
  try {
    const answer = verifier.verify(token);
    if (answer instanceof Promise) answer.then(judge, (error: unknown) => decided(problemOf(error)));
    else judge(answer);
  } catch (error) {
    decided(problemOf(error));
  }
}

/** Counts the request against its token, or against its address where it has none that is valid. */
function tooFast(
  request: FastifyRequest,
  refusal: Problem | undefined,
  { rate }: RouteSettings,
  limits: Doorkeeping['limits'],
): Problem | undefined {
  if (rate === 'none') return undefined;
  const wait = waitOf(request, refusal, limits);
  if (wait === 0) return undefined;
  const detail = 'more than the rate limit allows';
  if (rate === 'unavailable') return new ServiceUnavailable(detail, wait);
  return problem(429, 'Too many requests', { detail, retryAfter: wait });
}

/** Seconds. Where a token cannot be checked now, nobody can be blamed. */
function waitOf(request: FastifyRequest, refusal: Problem | undefined, limits: Doorkeeping['limits']): number {
  if (request.principal) return limits.token(request.principal.tokenId);
  if (!refusal) return limits.address(addressOf(request));
  return refusal.status === 401 ? limits.stranger(addressOf(request)) : 0;
}

/** The bytes of the body on its token's account: as announced, or as many as came. */
function chargeBody(
  { principal, headers, socket }: FastifyRequest,
  reply: FastifyReply,
  limits: Doorkeeping['limits'],
): void {
  if (!principal) return;
  const announced = headers['content-length'];
  if (announced !== undefined) limits.spend(principal.tokenId, { bytes: Number(announced) });
  if (headers['transfer-encoding'] === undefined) return;
  const before = socket.bytesRead;
  reply.raw.once('close', () => limits.spend(principal.tokenId, { bytes: socket.bytesRead - before }));
}

function refusalOf(principal: Principal | undefined, kinds: readonly TokenKind[]): Problem | undefined {
  if (!principal) return unauthorized();
  if (kinds.includes(principal.kind)) return undefined;
  return problem(403, 'Forbidden', { detail: `a token of kind ${principal.kind} may not do this` });
}

/** The same for every reason: no hint. A browser asks for the token as the password of Basic. */
export function unauthorized(): Problem {
  return problem(401, 'Unauthorized', {
    headers: { 'www-authenticate': 'Bearer realm="tocsin", Basic realm="tocsin"' },
  });
}
