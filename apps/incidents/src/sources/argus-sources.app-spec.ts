import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { type Principal, TokenAdministration, type TokenRequest, TokenVerifier } from '#libs/runtime';
import { createTestService, type TestService } from '#libs/testing';
import { incidentsService } from '../service.js';
import { recorded } from '../testing/recorded.for-spec.js';
import { Watch } from './watch.js';

const clock = new ManualClock(Date.parse('2026-11-20T09:00:00Z'));

let service: TestService;
let admin: Principal;

beforeAll(async () => {
  service = await createTestService(incidentsService, { overrides: { clock } });
  admin = (await service.app.get(TokenVerifier).verify(service.installation.adminToken))!;
}, 60_000);

afterAll(() => service?.stop());

async function tokenFor(request: TokenRequest): Promise<string> {
  return (await service.app.get(TokenAdministration).create(admin, request)).token;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** `method path`, below `/api`. */
async function ask(what: string, json?: unknown, token?: string | null): Promise<Answer> {
  const [method = '', path = ''] = what.split(' ');
  const body = json === undefined ? {} : { json };
  const answer = await service.request(`/api/${path}`, { ...body, method, ...(token === undefined ? {} : { token }) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const sources = 'v2/incidents/sources/';
const types = 'v2/incidents/source-types/';

describe('41. source creation', () => {
  it('41. makes a user with the source', async () => {
    expect(await ask(`POST ${types}`, { name: 'nav' })).toEqual({ status: 201, body: { name: 'nav' } });
    const made = await ask(`POST ${sources}`, { name: 'nav1', type: 'nav', base_url: 'https://nav.example.org/' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'nav1', type: { name: 'nav' }, base_url: 'https://nav.example.org/' },
    });
    const { pk, user } = made.body as { pk: number; user: number };
    expect(Object.keys(made.body as object).sort()).toEqual(['base_url', 'name', 'pk', 'type', 'user']);
    expect(await ask(`GET v2/auth/users/${user}/`)).toMatchObject({ status: 200, body: { username: 'nav1' } });
    expect(await ask(`GET ${sources}${pk}/`)).toEqual({ status: 200, body: made.body });
    expect((await ask(`GET v1/incidents/sources/`)).body).toContainEqual(made.body);
    expect((await recorded(service, ['SourceRegistered'])).map(({ payload }) => payload)).toMatchObject([
      { pk, userPk: user },
    ]);
  });

  it('41. with a name and type that exist adds nothing', async () => {
    const before = (await ask(`GET ${sources}`)).body;
    expect(await ask(`POST ${sources}`, { name: 'nav1', type: 'nav' })).toEqual({
      status: 400,
      body: { __all__: ['Source system with this Name and Type already exists.'] },
    });
    expect((await ask(`GET ${sources}`)).body).toEqual(before);
  });

  it('41. gives a taken username a suffix', async () => {
    await ask(`POST ${types}`, { name: 'zabbix' });
    const { body } = await ask(`POST ${sources}`, { name: 'nav1', type: 'zabbix' });
    const { username } = (await ask(`GET v2/auth/users/${(body as { user: number }).user}/`)).body as {
      username: string;
    };
    expect(username).toMatch(/^nav1_[0-9A-F]{6}$/);
    const named = await ask(`POST ${sources}`, { name: 'z2', type: { name: 'zabbix' }, username: 'zabbix-user' });
    const user = (named.body as { user: number }).user;
    expect((await ask(`GET v1/auth/users/${user}/`)).body).toEqual({
      username: 'zabbix-user',
      first_name: '',
      last_name: '',
      email: '',
    });
  });

  it('41. takes type names in lower case alone, once', async () => {
    expect(await ask(`POST ${types}`, { name: 'UPPER' })).toEqual({
      status: 400,
      body: { name: ["'UPPER' is not a lowercase string"] },
    });
    expect((await ask(`POST ${types}`, { name: 'nav' })).status).toBe(400);
    expect((await ask(`POST ${types}`, {})).body).toEqual({ name: ['This field is required.'] });
    expect(await ask(`GET ${types}nav/`)).toEqual({ status: 200, body: { name: 'nav' } });
    expect((await ask(`GET ${types}none/`)).status).toBe(404);
    expect((await ask(`GET ${types}`)).body).toEqual([{ name: 'nav' }, { name: 'zabbix' }]);
  });

  it.each([
    [{ type: 'nav' }, { name: ['This field is required.'] }],
    [{ name: 'x' }, { type: ['This field is required.'] }],
    [{ name: 'x', type: 'none' }, { type: ['Invalid pk "none" - object does not exist.'] }],
    [{ name: 'x', type: 'nav', base_url: 'ftp://x' }, { base_url: ['Enter a valid URL.'] }],
    [{ name: 'a\0', type: 'nav' }, { name: ['Null characters are not allowed.'] }],
  ])('41. refuses %j', async (json, body) => {
    expect(await ask(`POST ${sources}`, json)).toEqual({ status: 400, body });
  });

  it('41. is for superusers alone, and so is renaming, which touches the name alone', async () => {
    const { pk } = ((await ask(`GET ${sources}`)).body as { pk: number }[])[0]!;
    for (const kind of ['user', 'source', 'reader'] as const) {
      const token = await tokenFor({ name: `some ${kind}`, kind, sourceType: 'nav' });
      for (const what of [`POST ${sources}`, `PATCH ${sources}${pk}/`, `PUT ${sources}${pk}/`]) {
        expect((await ask(what, { name: 'x', type: 'nav' }, token)).status).toBe(403);
      }
      expect((await ask(`GET ${sources}`, undefined, token)).status).toBe(200);
      expect((await ask(`POST ${types}`, { name: `by-${kind}` }, token)).status).toBe(kind === 'reader' ? 403 : 201);
    }
    const { body } = await ask(`PATCH ${sources}${pk}/`, { name: 'nav2', type: 'zabbix', user: 1, base_url: '' });
    expect(body).toMatchObject({ pk, name: 'nav2', type: { name: 'nav' }, base_url: 'https://nav.example.org/' });
    expect((await ask(`PATCH ${sources}${pk}/`, {})).body).toEqual(body);
    expect((await ask(`PUT ${sources}${pk}/`, {})).status).toBe(400);
    expect((await ask(`PUT ${sources}${pk}/`, { name: 'nav2' })).body).toEqual(body);
    const renamed = await recorded(service, ['SourceRenamed']);
    expect(renamed.map(({ payload }) => payload)).toMatchObject([{ pk, name: 'nav2', previousName: 'nav1' }]);
    expect((await ask(`DELETE ${sources}${pk}/`)).status).toBe(405);
    expect((await ask(`GET ${sources}999999/`)).body).toEqual({ detail: 'No SourceSystem matches the given query.' });
    expect((await ask(`GET ${sources}abc/`)).body).toEqual({ detail: 'Not found.' });
  });

  it('41. makes the source that tokens of that name and type speak for', async () => {
    const made = (await ask(`POST ${sources}`, { name: 'rotated', type: 'nav' })).body as { pk: number };
    const token = await tokenFor({ name: 'rotated', kind: 'source', sourceType: 'nav' });
    const incident = { start_time: '2026-11-20T08:00:00Z', tags: [], source_incident_id: '1' };
    const { body } = await ask('POST v2/incidents/', incident, token);
    expect((body as { source: object }).source).toEqual(made);
  });
});

describe('42. heartbeats', () => {
  const heartbeat = `${sources}heartbeat/`;

  it('42. update last_seen', async () => {
    const token = await tokenFor({ name: 'beating', kind: 'source', sourceType: 'nav' });
    expect(await ask(`POST ${heartbeat}`, undefined, token)).toEqual({ status: 204, body: null });
    const seen = { lastSeen: clock.now(), heartbeatAt: clock.now() };
    expect(await (await service.request('/tocsin/v1/sources/mine', { token })).json()).toMatchObject(seen);
  });

  it('42. may have an empty JSON body', async () => {
    const token = await tokenFor({ name: 'beating', kind: 'source', sourceType: 'nav' });
    const headers = { 'content-type': 'application/json', 'content-length': '0' };
    expect((await service.request(`/api/${heartbeat}`, { method: 'POST', token, headers })).status).toBe(204);
  });

  it('42. are for sources alone, and for version 2', async () => {
    for (const kind of ['user', 'reader', 'admin'] as const) {
      const token = await tokenFor({ name: kind, kind });
      expect(await ask(`POST ${heartbeat}`, undefined, token)).toEqual({ status: 403, body: null });
    }
    const refused = await service.request(`/api/${heartbeat}`, { method: 'POST' });
    expect([refused.status, refused.headers.get('content-type'), await refused.text()]).toEqual([403, null, '']);
    expect((await ask(`POST ${heartbeat}`, undefined, null)).status).toBe(401);
    expect(await ask(`GET ${heartbeat}`)).toEqual({ status: 405, body: { detail: 'Method "GET" not allowed.' } });
    expect((await ask('GET v1/incidents/sources/heartbeat/')).status).toBe(404);
  });
});

describe('43. a missing heartbeat', () => {
  it('43. is exactly one open incident, not duplicated, closed when alive again', async () => {
    const token = await tokenFor({ name: 'silent', kind: 'source', sourceType: 'nav' });
    const { pk } = (await (await service.request('/tocsin/v1/sources/mine', { token })).json()) as { pk: number };
    const warnings = async () =>
      (
        (await ask(`GET v2/incidents/?tags=problem_type=missing_heartbeat,source_system_id=${pk}`)).body as {
          results: { open: boolean; level: number; source: { name: string } }[];
        }
      ).results;
    await ask(`POST ${sources}heartbeat/`, undefined, token);
    const watch = service.app.get(Watch);
    await watch.look();
    for (let n = 0; n < 4; n++) {
      clock.advance(40_000);
      await watch.look();
    }
    expect(await warnings()).toMatchObject([{ open: true, level: 4, source: { name: 'argus' } }]);
    await ask(`POST ${sources}heartbeat/`, undefined, token);
    await watch.look();
    expect(await warnings()).toMatchObject([{ open: false }]);
    const { pk: own } = ((await ask(`GET ${sources}`)).body as { pk: number; name: string }[]).find(
      ({ name }) => name === 'argus',
    )!;
    expect((await ask(`PATCH ${sources}${own}/`, { name: 'other' })).status).toBe(400);
    expect((await ask(`PATCH ${sources}${own}/`, { name: 'argus' })).status).toBe(200);
    const events = await ask(`GET v2/incidents/${((await warnings())[0] as unknown as { pk: number }).pk}/events/`);
    expect((events.body as { type: { value: string } }[]).map(({ type }) => type.value)).toEqual(['END', 'STA']);
  });
});
