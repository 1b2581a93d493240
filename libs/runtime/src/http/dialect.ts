import { type IncomingHttpHeaders } from 'node:http';
import { type Problem } from './problem.js';

/** What the words of an answer may depend on. */
export interface AskedFor {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A refusal in a dialect's words; `headers` come on top of the problem's own. */
export interface Worded {
  /** JSON, or the bytes themselves. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * How a compatible API says what is not its handlers' to say: who may not come in, what is not there, what cannot be read.
 * Who is refused, and with which status, is never a dialect's to decide.
 */
export interface Dialect {
  /** Every path below it is answered so, also where nothing is: `/api`. */
  readonly prefix: string;
  /** `Content-Type` of its answers, letter by letter. */
  readonly contentType: string;
  /** Where the route `path` is served: `/api/v2/incidents` at `/api/v2/incidents/`. Asked for as `path` it is 301. */
  servedAt(path: string): string;
  /** The body of a refusal; undefined for none. */
  refusal(problem: Problem, asked: AskedFor): Worded;
  /** The answer to OPTIONS of a path that takes `methods`. */
  options(path: string, methods: readonly string[]): unknown;
}

/** The dialect of a path; undefined where problem documents are spoken (RFC 9457). */
export function dialectOf(path: string, dialects: readonly Dialect[]): Dialect | undefined {
  return dialects.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
}

/** Answers that are JSON, but for their type. */
const OWN_JSON = 'application/json; charset=utf-8';

/** Gives the answers of a dialect's handlers its own `Content-Type`. */
export function typedAs({ contentType }: Dialect) {
  return (
    _request: unknown,
    reply: { getHeader(name: string): unknown; header(name: string, value: string): unknown },
    payload: unknown,
    done: (error: null, payload: unknown) => void,
  ): void => {
    if (reply.getHeader('content-type') === OWN_JSON) reply.header('content-type', contentType);
    done(null, payload);
  };
}
