import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Problem, problem } from '../http/problem.js';
import { sendProblem } from '../http/problem-reply.js';
import { type Principal } from './principal.js';
import { tokenOf } from './token.js';
import { type TokenVerifier } from './token-verifier.js';

/**
 * The guard of every route, known or not: it decides before the body is read, by the settings of the route that the
 * router chose. A route that names no kinds is open to nobody; a path that does not exist is 404 only for callers with
 * a token. A hook and not a Nest guard because those run after the body was parsed, and at a higher price.
 */
export function guardRoutes(instance: FastifyInstance, verifier: TokenVerifier): void {
  instance.decorateRequest('principal', null);
  instance.addHook('onRequest', (request, reply, done) => {
    const access = request.is404 ? undefined : request.routeOptions.config.tocsin?.access;
    if (access === 'public') return done();
    const token = tokenOf(request.headers.authorization);
    if (token === undefined) return sendProblem(unauthorized(), request, reply);
    decide(verifier, token, (error, principal) => {
      const refusal = error ?? refusalOf(request, principal);
      if (refusal) return sendProblem(refusal, request, reply);
      request.principal = principal ?? null;
      done();
    });
  });
}

type Decided = (error: unknown, principal: Principal | undefined) => void;

/** Synchronous for a token that is known. */
function decide(verifier: TokenVerifier, token: string, decided: Decided): void {
  let answer: Principal | undefined | Promise<Principal | undefined>;
  try {
    answer = verifier.verify(token);
  } catch (error) {
    return decided(error, undefined);
  }
  if (answer instanceof Promise) {
    answer.then(
      (principal) => decided(undefined, principal),
      (error: unknown) => decided(error, undefined),
    );
  } else decided(undefined, answer);
}

function refusalOf(request: FastifyRequest, principal: Principal | undefined): Problem | undefined {
  if (!principal) return unauthorized();
  if (request.is404) return undefined;
  const kinds = request.routeOptions.config.tocsin?.access;
  if (Array.isArray(kinds) && kinds.includes(principal.kind)) return undefined;
  return problem(403, 'Forbidden', { detail: `a ${principal.kind} token may not do this` });
}

function unauthorized(): Problem {
  return problem(401, 'Unauthorized', { headers: { 'www-authenticate': 'Bearer realm="tocsin"' } });
}

