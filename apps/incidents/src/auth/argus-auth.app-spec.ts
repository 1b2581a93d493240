import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { type Principal, TokenAdministration, type TokenRequest, TokenVerifier } from '#libs/runtime';
import { createTestService, type TestService } from '#libs/testing';
import { parse } from 'yaml';
import { incidentsService } from '../service.js';

const START = Date.parse('2026-11-20T09:00:00Z');
const HOUR = 3_600_000;
const clock = new ManualClock(START);

let service: TestService;
let admin: Principal;

beforeAll(async () => {
  service = await createTestService(incidentsService, { overrides: { clock } });
  admin = (await service.app.get(TokenVerifier).verify(service.installation.adminToken))!;
}, 60_000);

afterAll(() => service?.stop());

async function make(request: TokenRequest): Promise<{ id: string; token: string }> {
  return service.app.get(TokenAdministration).create(admin, request);
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(what: string, json?: unknown, token: string | null = null): Promise<Answer> {
  const [method = '', path = ''] = what.split(' ');
  const answer = await service.request(`/api/${path}`, { ...(json === undefined ? {} : { json }), method, token });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> };
}

const textOf = ({ body }: Answer): string => body['token'] as string;
const works = async (token: string): Promise<boolean> =>
  (await ask('GET v2/auth/user/', undefined, token)).status === 200;

const login = 'v2/auth/token/login/';
const refused = { status: 403, body: { detail: 'Unable to log in with provided credentials.' } };

describe('44. login', () => {
  it('44. with a name and a token gives one more token, of ten hours', async () => {
    const { token } = await make({ name: 'kari', kind: 'user' });
    const answer = await ask(`POST ${login}`, { username: 'kari', password: token });
    const expiry = '2026-11-20T19:00:00Z';
    expect(answer).toMatchObject({ status: 200, body: { expiry, expiration: expiry } });
    expect(textOf(answer)).not.toBe(token);
    expect((await ask('GET v2/auth/user/', undefined, textOf(answer))).body).toMatchObject({ username: 'kari' });
    expect(await works(token)).toBe(true);
  });

  it('44. without a body and with a valid token does the same; the old one stays', async () => {
    const { token } = await make({ name: 'nav1', kind: 'source', sourceType: 'nav', partitions: ['INS'] });
    const first = textOf(await ask(`POST ${login}`, undefined, token));
    const second = textOf(await ask(`POST ${login}`, {}, first));
    expect(new Set([token, first, second]).size).toBe(3);
    for (const one of [token, first, second]) expect(await works(one)).toBe(true);
    const principal = await service.app.get(TokenVerifier).verify(second);
    expect(principal).toMatchObject({
      kind: 'source',
      name: 'nav1',
      sourceType: 'nav',
      partitions: ['INS'],
      installation: false,
    });
  });

  it('44. of a form is one too', async () => {
    const { token } = await make({ name: 'form', kind: 'user' });
    const body = new URLSearchParams({ username: 'form', password: token });
    expect((await service.request(`/api/${login}`, { method: 'POST', token: null, body })).status).toBe(200);
  });

  it('44. of a bad user, a wrong token, or with bad JSON is refused', async () => {
    const { token } = await make({ name: 'ola', kind: 'user' });
    for (const body of [
      { username: 'kari', password: token },
      { username: 'ola', password: 'wrong' },
      { username: 'ola' },
      { password: token },
      { username: ['ola'], password: token },
    ]) {
      expect(await ask(`POST ${login}`, body)).toEqual(refused);
    }
    const headers = { 'content-type': 'application/json' };
    const bad = await service.request(`/api/${login}`, { method: 'POST', token: null, headers, body: '{' });
    expect(bad.status).toBe(400);
    expect(await ask(`POST ${login}`)).toEqual({
      status: 403,
      body: { detail: 'Authentication credentials were not provided.' },
    });
    expect(await ask(`POST ${login}`, undefined, 'wrong')).toEqual({ status: 403, body: { detail: 'Invalid token.' } });
    expect((await ask('POST v1/auth/token/login/', {}, token)).status).toBe(404);
  });

  it('44. with a revoked token (an inactive user) is refused, and what it gave ends with it', async () => {
    const { id, token } = await make({ name: 'leaver', kind: 'user' });
    const given = textOf(await ask(`POST ${login}`, undefined, token));
    const further = textOf(await ask(`POST ${login}`, undefined, given));
    await service.app.get(TokenAdministration).revoke(admin.organizationId, id);
    clock.advance(10_000);
    for (const one of [token, given, further]) {
      expect((await ask(`POST ${login}`, { username: 'leaver', password: one })).status).toBe(403);
      expect(await works(one)).toBe(false);
    }
  });

  it('44. ends after ten hours', async () => {
    const { token } = await make({ name: 'brief', kind: 'user' });
    const given = textOf(await ask(`POST ${login}`, undefined, token));
    clock.advance(10 * HOUR - 1);
    expect(await works(given)).toBe(true);
    clock.advance(1);
    expect(await works(given)).toBe(false);
    expect(await works(token)).toBe(true);
  });

  it('44. leaves nothing behind a day after its end', async () => {
    const { token } = await make({ name: 'past', kind: 'user' });
    await ask(`POST ${login}`, undefined, token);
    const count = async () =>
      (await service.access.query('select from access.token where name = $1', ['past'])).rowCount;
    const tokens = service.app.get(TokenAdministration);
    clock.advance(33 * HOUR);
    await tokens.removeOldLogins();
    expect(await count()).toBe(2);
    clock.advance(2 * HOUR);
    await tokens.removeOldLogins();
    expect(await count()).toBe(1);
    expect(await works(token)).toBe(true);
  });

  it('44. refresh gives a new token that works, in the place of the one before', async () => {
    const { token } = await make({ name: 'fresh', kind: 'user' });
    const credentials = { username: 'fresh', password: token };
    const first = textOf(await ask('POST v2/token-auth/', credentials));
    expect(await works(first)).toBe(true);
    const second = textOf(await ask('POST v2/auth/refresh-token/', undefined, first));
    expect(await works(second)).toBe(true);
    expect(await works(first)).toBe(false);
    const third = textOf(await ask('POST v1/token-auth/', credentials));
    expect(await works(second)).toBe(false);
    expect(textOf(await ask('POST v1/auth/refresh-token/', undefined, token))).not.toBe(third);
    expect(await works(token)).toBe(true);
    expect((await ask('POST v2/auth/refresh-token/')).status).toBe(401);
  });

  it('44. token-auth tells what is wrong', async () => {
    expect(await ask('POST v1/token-auth/', { username: 'fresh', password: 'wrong' })).toEqual({
      status: 400,
      body: { non_field_errors: ['Unable to log in with provided credentials.'] },
    });
    expect((await ask('POST v2/token-auth/', {})).body).toEqual({
      username: ['This field is required.'],
      password: ['This field is required.'],
    });
  });

  it('44. is undone by logout: this token, or all that logins gave', async () => {
    const { token } = await make({ name: 'guest', kind: 'user' });
    const given = await Promise.all([1, 2, 3].map(async () => textOf(await ask(`POST ${login}`, undefined, token))));
    expect((await ask('POST v2/auth/token/logout/', undefined, given[0])).status).toBe(204);
    expect(await Promise.all(given.map(works))).toEqual([false, true, true]);
    expect((await ask('POST v2/auth/token/logoutall', undefined, given[1])).status).toBe(204);
    expect(await Promise.all([...given, token].map(works))).toEqual([false, false, false, true]);
    expect((await ask('POST v2/auth/token/logout/')).status).toBe(401);
  });

  it("44. logout leaves the installation's own token to the operator", async () => {
    const { adminToken } = service.installation;
    expect((await ask('POST v2/auth/token/logoutall', undefined, adminToken)).status).toBe(204);
    expect(await works(adminToken)).toBe(true);
  });
});

describe('45. users', () => {
  it('45. see admin_url only as staff', async () => {
    const { token } = await make({ name: 'someone', kind: 'user' });
    const user = { first_name: '', last_name: '', email: '' };
    expect((await ask('GET v2/auth/user/', undefined, token)).body).toEqual({
      username: 'someone',
      ...user,
      admin_url: null,
    });
    const { body } = await ask('GET v2/auth/user/', undefined, service.installation.adminToken);
    expect(body).toEqual({ username: 'admin', ...user, admin_url: `${service.url}/` });
    expect((await ask('GET v1/auth/user/', undefined, token)).body).toEqual({
      username: 'someone',
      ...user,
      phone_numbers: [],
    });
    expect(await ask('GET v2/auth/users/999999/', undefined, token)).toEqual({
      status: 404,
      body: { detail: 'No User matches the given query.' },
    });
  });

  it('45. have phone numbers of their own in version 1', async () => {
    const { token } = await make({ name: 'caller', kind: 'user' });
    const phones = 'v1/auth/phone-number/';
    const { status, body } = await ask(`POST ${phones}`, { phone_number: '+47 22 85 22 38' }, token);
    expect([status, body]).toEqual([201, { pk: body['pk'], user: body['user'], phone_number: '+4722852238' }]);
    const one = `${phones}${String(body['pk'])}/`;
    expect((await ask(`GET ${phones}`, undefined, token)).body).toEqual([body]);
    expect((await ask('GET v1/auth/user/', undefined, token)).body).toMatchObject({ phone_numbers: [body] });
    expect((await ask(`POST ${phones}`, { phone_number: '12' }, token)).body).toEqual({
      phone_number: ['The phone number entered is not valid.'],
    });
    expect((await ask(`POST ${phones}`, { phone_number: '+4722852238' }, token)).status).toBe(400);
    expect((await ask(`GET ${one}`, undefined, service.installation.adminToken)).status).toBe(404);
    expect((await ask(`PATCH ${one}`, {}, token)).body).toEqual(body);
    const changed = await ask(`PUT ${one}`, { phone_number: '+4722852239' }, token);
    expect(changed.body).toEqual({ ...body, phone_number: '+4722852239' });
    expect((await ask(`DELETE ${one}`, undefined, token)).status).toBe(204);
    expect((await ask(`DELETE ${one}`, undefined, token)).status).toBe(404);
  });
});

describe('45. the server', () => {
  it('45. says what it is to everybody', async () => {
    const { status, body } = await ask('GET ');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      'api-version': { stable: 'v2' },
      'jsonapi-schema': { v2: `${service.url}/api/v2/schema/` },
      ticket_plugin: null,
      destination_plugins: [],
    });
  });

  it.each(['/.still-alive/', '/.still-alive'])('45. lives: %s answers 204', async (path) => {
    expect((await service.request(path, { token: null })).status).toBe(204);
  });

  it('45. has its API document in YAML and in JSON, whole and by version', async () => {
    const yaml = await service.request('/api/v2/schema/', { token: null });
    expect(yaml.headers.get('content-type')).toMatch(/^application\/vnd\.oai\.openapi\b/);
    const document = parse(await yaml.text()) as { openapi: string; paths: Record<string, object> };
    expect(document.openapi).toBe('3.0.3');
    expect(document.paths).toHaveProperty(['/api/v2/incidents/sources/']);
    expect(Object.keys(document.paths).every((path) => path.startsWith('/api/v2/'))).toBe(true);
    const json = await service.request('/api/schema/?format=json', { token: null });
    expect(((await json.json()) as { paths: object }).paths).toMatchObject({
      '/api/': {},
      '/api/v1/incidents/sources/': {},
    });
    expect((await service.request('/api/schema/?format=xml', { token: null })).status).toBe(404);
    const page = await service.request('/api/v1/schema/swagger-ui/', { token: null });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await (await service.request('/api/v1/schema/swagger-ui/start/', { token: null })).text()).toContain(
      'SwaggerUIBundle',
    );
  });
});
