export interface ProblemDetails {
  /** What is wrong in this case, for a person. */
  readonly detail?: string | undefined;
  /** Field of the request (dotted path) to what is wrong with it. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** Seconds after which another try may succeed: the Retry-After header. */
  readonly retryAfter?: number | undefined;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** An answer that is no success. The HTTP layer writes it as a problem document (RFC 9457). */
export class Problem extends Error {
  override readonly name: string = 'Problem';

  constructor(
    readonly status: number,
    readonly title: string,
    readonly details: ProblemDetails = {},
  ) {
    super(details.detail === undefined ? title : `${title}: ${details.detail}`);
  }
}

/** For `throw problem(404, 'No such incident')`. */
export function problem(status: number, title: string, details?: ProblemDetails): Problem {
  return new Problem(status, title, details);
}

/** Something behind the service does not answer: 503, and the sender shall come back. */
export class ServiceUnavailable extends Problem {
  override readonly name = 'ServiceUnavailable';

  constructor(detail?: string, retryAfter = 1) {
    super(503, 'Service unavailable', { detail, retryAfter });
  }
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The document's JSON members. `instance` is the path asked for, without its query. */
export function problemDocument(of: Problem, instance: string): Record<string, unknown> {
  const { detail, fields } = of.details;
  return {
    type: 'about:blank',
    title: of.title,
    status: of.status,
    ...(detail === undefined ? {} : { detail }),
    instance,
    ...(fields === undefined ? {} : { fields }),
  };
}

/** Headers of the answer to a problem. */
export function problemHeaders(of: Problem): Record<string, string> {
  const { retryAfter, headers } = of.details;
  return {
    'content-type': PROBLEM_TYPE,
    ...headers,
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
  };
}
