import { type AskedFor, type Dialect, type Problem, type Worded } from '#libs/runtime';
import { ArgusError } from './argus-error.js';
import { describeOptions } from './options.js';

/** The one path of Argus that does not end in a slash. */
const BARE = /\/auth\/token\/logoutall$/;

/** How Argus words what comes before its views: reference argus.md 1.1. */
export const argusDialect: Dialect = {
  prefix: '/api',
  contentType: 'application/json',
  servedAt,
  refusal,
  options: describeOptions,
};

/** A `+` is written with a backslash before it where Nest declares it: to the readers of patterns it is no letter. */
function servedAt(declared: string): string {
  const path = declared.replaceAll('\\+', '+');
  return path.endsWith('/') || BARE.test(path) ? path : `${path}/`;
}

function refusal(problem: Problem, asked: AskedFor): Worded {
  if (problem instanceof ArgusError) return { body: problem.body };
  const detail = detailOf(problem, asked);
  return { body: { detail }, ...(problem.status === 401 ? { headers: { 'www-authenticate': 'Token' } } : {}) };
}

const DETAILS: Readonly<Record<number, string>> = {
  403: 'You do not have permission to perform this action.',
  404: 'Not found.',
  413: 'Request body is too large.',
  429: 'Request was throttled.',
};

function detailOf({ status, title, details }: Problem, { method, headers }: AskedFor): string {
  switch (status) {
    case 401:
      return credentialsProblem(headers.authorization);
    case 400:
      return `JSON parse error - ${details.detail ?? title}`;
    case 405:
      return `Method "${method}" not allowed.`;
    case 415:
      return `Unsupported media type "${headers['content-type'] ?? ''}" in request.`;
    default:
      return DETAILS[status] ?? details.detail ?? title;
  }
}

/** By the form of the header alone: whether there is such a token shows in nothing else. */
function credentialsProblem(authorization = ''): string {
  const [scheme = '', ...words] = authorization.split(' ').filter((word) => word !== '');
  const keyword = scheme.toLowerCase();
  if (keyword !== 'token' && keyword !== 'bearer') return 'Authentication credentials were not provided.';
  if (words.length === 0) return 'Invalid token header. No credentials provided.';
  if (words.length > 1) return 'Invalid token header. Token string should not contain spaces.';
  return 'Invalid token.';
}
