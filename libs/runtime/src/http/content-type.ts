import { type FastifyRequest } from 'fastify';
import { type Problem, problem } from './problem.js';

export const JSON_TYPE = 'application/json';
const JSON_ONLY: readonly string[] = [JSON_TYPE];

/** Why the body cannot be taken: another media type, charset or encoding than the route names. Undefined where it can. */
export function contentTypeProblem(request: FastifyRequest): Problem | undefined {
  const { headers } = request;
  const type = headers['content-type'];
  if (type === JSON_TYPE && headers['content-encoding'] === undefined) {
    return isTaken(request, JSON_TYPE) ? undefined : unsupported(request);
  }
  if (!hasBody(headers)) return undefined;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return problem(415, 'Unsupported media type', {
      detail: 'send the body without a content encoding',
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const media = mediaTypeOf(type);
  return media !== undefined && isTaken(request, media) ? undefined : unsupported(request);
}

function hasBody(headers: FastifyRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** The media type in lower case; undefined where it is absent, malformed, or in another charset than UTF-8. */
function mediaTypeOf(type: string | undefined): string | undefined {
  const match = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i.exec(type ?? '');
  return match?.[1]?.toLowerCase();
}

function takenBy(request: FastifyRequest): readonly string[] {
  return request.routeOptions.config?.tocsin?.consumes ?? JSON_ONLY;
}

function isTaken(request: FastifyRequest, media: string): boolean {
  return request.is404 || takenBy(request).includes(media);
}

function unsupported(request: FastifyRequest): Problem {
  const types = takenBy(request).join(', ');
  return problem(415, 'Unsupported media type', { detail: `this path takes ${types}`, headers: { 'accept-post': types } });
}
