import { type IncomingHttpHeaders } from 'node:http';
import { type Problem, problem } from './problem.js';

export const JSON_TYPE = 'application/json';

/** A route that hands bodies on without reading them takes this: any media type in any encoding. */
export const ANY_TYPE = '*';

/** Why a body cannot be taken: another media type, charset or encoding than the route names. Undefined where it can. */
export function contentTypeProblem(
  headers: IncomingHttpHeaders,
  taken: readonly string[],
  encodings: readonly string[] = [],
): Problem | undefined {
  const type = headers['content-type'];
  const encoding = headers['content-encoding'];
  if (type === JSON_TYPE && encoding === undefined && taken.includes(JSON_TYPE)) return undefined;
  if (taken.includes(ANY_TYPE)) return undefined;
  if (!hasBody(headers)) return undefined;
  const plain = encoding === undefined || encoding.toLowerCase() === 'identity';
  if (!plain && !encodings.includes(encoding.toLowerCase())) return encoded(encodings);
  const media = mediaTypeOf(type);
  return media !== undefined && taken.includes(media) ? undefined : unsupported(taken);
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** The media type in lower case; undefined where it is absent, malformed, or in another charset than UTF-8. */
export function mediaTypeOf(type: string | undefined): string | undefined {
  const [media = '', ...parameters] = (type ?? '').split(';').map((part) => part.trim());
  const utf8 = parameters.every(
    (parameter) => parameter === '' || !/^charset\s*=/i.test(parameter) || /=\s*"?utf-?8"?$/i.test(parameter),
  );
  return utf8 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(media) ? media.toLowerCase() : undefined;
}

/** Nothing is unpacked unless the route says so: a small body cannot become a large one. */
function encoded(encodings: readonly string[]): Problem {
  const also = encodings.length === 0 ? '' : `, or as ${encodings.join(', ')}`;
  return problem(415, 'Unsupported media type', {
    detail: `send the body without a content encoding${also}`,
    headers: { 'accept-encoding': ['identity', ...encodings].join(', ') },
  });
}

function unsupported(taken: readonly string[]): Problem {
  const types = taken.join(', ');
  return problem(415, 'Unsupported media type', {
    detail: `this path takes ${types}`,
    headers: { 'accept-post': types },
  });
}
