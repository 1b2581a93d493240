import { randomUUID } from 'node:crypto';
import { type Environment, TokenAdministration, type TokenRequest } from '#libs/runtime';
import { createTestService, type TestService } from '#libs/testing';
import { incidentsService } from '../service.js';
import { firstTenantOf } from '../testing/alerts.js';

/** An answer as a client sees it. */
export interface Answered<T = never> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON; undefined where there is none. */
  readonly body: [T] extends [never] ? any : T; // eslint-disable-line @typescript-eslint/no-explicit-any
}

export interface Call {
  readonly token?: string | null;
  readonly json?: unknown;
  readonly body?: string | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Two sources, a person and a reader of the first organisation of a service of the spec's own, and a way to ask it. */
export interface ArgusGround {
  readonly service: TestService;
  readonly nav: string;
  readonly zabbix: string;
  readonly jane: string;
  readonly reader: string;
  readonly admin: string;
  /** A token of the first organisation. */
  token(request: TokenRequest): Promise<string>;
  call(method: string, path: string, call?: Call): Promise<Answered>;
  get(path: string, token?: string): Promise<Answered>;
  /** POST to `incidents/` by `nav`: 201, or the spec fails. */
  open(own?: object, token?: string): Promise<Shown>;
  /** POST of an event: whatever is answered. */
  say(pk: number, type: string, own?: object, token?: string): Promise<Answered>;
  read(pk: number): Promise<Shown>;
  eventsOf(pk: number): Promise<ShownEvent[]>;
}

export interface Shown {
  readonly pk: number;
  readonly start_time: string;
  readonly end_time: string | null;
  readonly source: { readonly pk: number; readonly name: string; readonly user: number };
  readonly source_incident_id: string;
  readonly details_url: string;
  readonly description: string;
  readonly level: number;
  readonly ticket_url: string;
  readonly metadata: unknown;
  readonly tags: readonly { readonly added_by: number; readonly added_time: string; readonly tag: string }[];
  readonly stateful: boolean;
  readonly open: boolean;
  readonly acked: boolean;
}

export interface ShownEvent {
  readonly pk: number;
  readonly incident: number;
  readonly actor: { readonly pk: number; readonly username: string };
  readonly timestamp: string;
  readonly received: string;
  readonly type: { readonly value: string; readonly display: string };
  readonly description: string;
}

export const START = '2026-11-20T09:38:13.321456Z';
export const V2 = '/api/v2/incidents/';
export const V1 = '/api/v1/incidents/';

/** `environment`: settings of the service beside those of every spec. */
export async function argusGround(environment: Environment = {}): Promise<ArgusGround> {
  const service = await createTestService(incidentsService, { overrides: { environment } });
  const tenant = await firstTenantOf(service);
  const tokens = service.app.get(TokenAdministration);
  const maker = { ...tenant, tokenId: randomUUID() };
  const token = async (request: TokenRequest): Promise<string> => (await tokens.create(maker, request)).token;
  const nav = await token({ name: 'nav1', kind: 'source', sourceType: 'nav', baseUrl: 'https://nav.example.org/' });
  const zabbix = await token({ name: 'zabbix1', kind: 'source', sourceType: 'zabbix' });
  const jane = await token({ name: 'jane', kind: 'user' });
  const reader = await token({ name: 'wall', kind: 'reader' });
  const call = (method: string, path: string, { token: of = nav, ...rest }: Call = {}) =>
    ask(service, method, path, { ...rest, token: of });
  const get = (path: string, of = nav) => call('GET', path, { token: of });
  const ground: ArgusGround = {
    service,
    nav,
    zabbix,
    jane,
    reader,
    admin: service.installation.adminToken,
    token,
    call,
    get,
    open: async (own = {}, of = nav) => {
      const answer = await call('POST', V2, { json: { start_time: START, tags: [], ...own }, token: of });
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body as Shown;
    },
    say: (pk, type, own = {}, of = nav) =>
      call('POST', `${V2}${pk}/events/`, {
        json: { type, timestamp: '2026-11-20T10:00:00Z', ...own },
        token: of,
      }),
    read: async (pk) => (await get(`${V2}${pk}/`)).body as Shown,
    eventsOf: async (pk) => (await get(`${V2}${pk}/events/`)).body as ShownEvent[],
  };
  return ground;
}

async function ask(service: TestService, method: string, path: string, call: Call): Promise<Answered> {
  const { token, json, body, headers } = call;
  const answer = await fetch(`${service.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null || token === undefined ? {} : { authorization: `Token ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
