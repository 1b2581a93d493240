import { type FetchFunction } from '@slack/web-api';
import { type Dispatcher, request } from 'undici';

type FetchResponse = Awaited<ReturnType<FetchFunction>>;

/** HTTP 429. `retryAfter` is the header as it came. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';

  constructor(readonly retryAfter: string | null) {
    super('HTTP 429');
  }
}

/** The most that is read of an answer; the rest is left, and what was cut is no JSON any more. */
export const BODY_LIMIT = 64 * 1024;

/**
 * A `fetch` for the Slack client that bounds what the client does not: the whole call by `signal`, the answer by size
 * (reference integrations-and-sinks 3.7). Redirects are answers like others, and not followed.
 */
export function boundedFetch(dispatcher: Dispatcher, signal: AbortSignal): FetchFunction {
  return async (url, init = {}) => {
    const answer = await request(url, {
      dispatcher,
      method: 'POST',
      headers: init.headers ?? {},
      body: init.body as string,
      signal,
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers))
      if (value !== undefined) headers.set(name, String(value));
    const text = await readBounded(answer.body);
    if (answer.statusCode === 429) throw new RateLimited(headers.get('retry-after'));
    return response(String(url), answer.statusCode, headers, text);
  };
}

async function readBounded(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > BODY_LIMIT) break;
  }
  return Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString('utf8');
}

function response(url: string, status: number, headers: Headers, text: string): FetchResponse {
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText: '',
    url,
    headers,
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text) as unknown),
    arrayBuffer: () => Promise.resolve(new TextEncoder().encode(text).buffer),
  };
}

/** Errors that undici and Node raise before anything of a request was written. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'EPROTO',
]);

/** Whether `error` proves that no request reached the other side. */
export function isUnsent(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && UNSENT.has(code)) return true;
  const attempts = (error as { errors?: unknown } | null)?.errors;
  return Array.isArray(attempts) && attempts.length > 0 && attempts.every(isUnsent);
}

/** Milliseconds of a Retry-After header: seconds, or a date (RFC 9110 10.2.3). */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,10}(\.\d+)?$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
