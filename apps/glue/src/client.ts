import { ArgusError, NoAnswer } from './errors.js';
import { MOST_OPEN, type SnapshotAnswer, type SnapshotBody, tocsinBodyOf } from './snapshot.js';
import { type Changes, type Incident, type IncidentEvent, type NewEvent, type NewIncident } from './wire.js';

/** Where the server is, and as whom to speak to it. */
export interface ArgusClientOptions {
  /** The origin (`https://tocsin.example.org`), or the root of an API (`https://argus.example.org/api/v2/`). */
  readonly url: string;
  /** A token of a source system. */
  readonly token: string;
  /** Most milliseconds that an answer may take. */
  readonly timeoutMs?: number;
  /** Another `fetch` than the one of Node. */
  readonly fetch?: typeof fetch;
}

const TIMEOUT_MS = 10_000;
const PAGE_SIZE = 200;

type Query = Readonly<Record<string, string | number | boolean>>;

/** The calls a monitoring system makes of Argus' API v2. Each fails with an `ArgusError` or a `NoAnswer`. */
export class ArgusClient {
  /** Ends in `/`. */
  readonly apiUrl: string;
  readonly #origin: string;
  readonly #options: ArgusClientOptions;

  constructor(options: ArgusClientOptions) {
    const { origin, pathname } = new URL(options.url);
    const path = pathname.endsWith('/') ? pathname : `${pathname}/`;
    this.#origin = origin;
    this.apiUrl = `${origin}${path.includes('/api/') ? path : `${path}api/v2/`}`;
    this.#options = options;
  }

  create(incident: NewIncident): Promise<Incident> {
    return this.#call('POST', 'incidents/', incident);
  }

  update(pk: number, changes: Changes): Promise<Incident> {
    return this.#call('PATCH', `incidents/${pk}/`, changes);
  }

  /** Newest first. */
  events(pk: number): Promise<IncidentEvent[]> {
    return this.#call('GET', `incidents/${pk}/events/`);
  }

  postEvent(pk: number, event: NewEvent): Promise<IncidentEvent> {
    return this.#call('POST', `incidents/${pk}/events/`, event);
  }

  /** The own incidents that pass the filters, over all pages. */
  async *mine(filters: Query = {}): AsyncGenerator<Incident, void, undefined> {
    let query: string | undefined = queryOf({ page_size: PAGE_SIZE, ...filters });
    while (query !== undefined) {
      const page: Page = await this.#call('GET', `incidents/mine/?${query}`);
      yield* page.results;
      // The host of `next` is the server's own view of itself, which a proxy may hide: the query alone is followed.
      query = page.next === null ? undefined : new URL(page.next, this.apiUrl).search.slice(1);
    }
  }

  /** The own incident with this id of the monitoring system. An empty filter would be none: every incident would match. */
  async findMine(sourceIncidentId: string): Promise<Incident | undefined> {
    if (sourceIncidentId === '') return undefined;
    for await (const incident of this.mine({ source_incident_id: sourceIncidentId })) return incident;
    return undefined;
  }

  /** Says that this source is alive. @returns false when the server has no such endpoint (Argus before 2.10) */
  async heartbeat(): Promise<boolean> {
    try {
      await this.#call('POST', 'incidents/sources/heartbeat/');
      return true;
    } catch (error) {
      if (error instanceof ArgusError && [403, 404, 405].includes(error.status)) return false;
      throw error;
    }
  }

  /** Tells Tocsin all that is open now. @returns undefined when the server is not Tocsin, or it is too much at once */
  async snapshot(snapshot: SnapshotBody): Promise<SnapshotAnswer | undefined> {
    if (snapshot.open.length > MOST_OPEN) return undefined;
    try {
      const url = `${this.#origin}/tocsin/v1/sources/mine/snapshot`;
      const answer = await this.#call<TocsinAnswer>('POST', url, tocsinBodyOf(snapshot, Date.now()));
      return { opened: answer.opened + answer.restarted, closed: answer.ended };
    } catch (error) {
      if (error instanceof ArgusError && (error.status === 404 || error.status === 405)) return undefined;
      throw error;
    }
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const url = path.startsWith('http') ? path : `${this.apiUrl}${path}`;
    const { token, timeoutMs = TIMEOUT_MS } = this.#options;
    const request = `${method} ${url}`;
    const headers = {
      authorization: `Token ${token}`,
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
    };
    const sent = this.#fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await read(sent).catch((error: unknown) => {
      throw new NoAnswer(request, error);
    });
    if (answer.status >= 200 && answer.status < 300) return answer.body as T;
    throw new ArgusError(request, answer.status, answer.body, answer.retryAfterMs);
  }

  get #fetch(): typeof fetch {
    return this.#options.fetch ?? fetch;
  }
}

interface TocsinAnswer {
  readonly opened: number;
  readonly restarted: number;
  readonly ended: number;
}

interface Page {
  readonly next: string | null;
  readonly results: readonly Incident[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

async function read(sent: Promise<Response>): Promise<Answer> {
  const response = await sent;
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return {
    status: response.status,
    body: isJson ? (JSON.parse(text) as unknown) : text,
    retryAfterMs: retryAfterOf(response.headers.get('retry-after'), response.headers.get('date')),
  };
}

/** Seconds, or a date against the server's own clock (RFC 9110, 10.2.3), in milliseconds. */
export function retryAfterOf(value: string | null, date: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const wait = Date.parse(value) - Date.parse(date ?? '');
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function queryOf(values: Query): string {
  return new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}
