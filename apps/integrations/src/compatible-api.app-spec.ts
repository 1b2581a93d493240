import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, type TestService } from '#libs/testing';
import { integrationsService } from './service.js';

let service: TestService;
let tenant: { organizationId: string; projectId: string };
let base: string;

const token = 'xoxb-planted-0123456789-tail';
const draft = { description: 'on call', data: { sink: 'slack', source: 'issues', channelId: '#ops', token } };

beforeAll(async () => {
  service = await createTestService(integrationsService);
  const { organizationId, projectId } = (await (await service.request('/tocsin/v1/me')).json()) as typeof tenant;
  tenant = { organizationId, projectId };
  base = `/integrate/v1/organizations/${organizationId}/projects/${projectId}/integrations`;
}, 60_000);

afterAll(() => service?.stop());

interface Shown {
  id: string;
  status: string;
  description: string;
  data: Record<string, unknown>;
  created: string;
  updated: string;
}

async function create(json: object = draft): Promise<string> {
  const answer = await service.request(base, { json });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}

async function read(id: string): Promise<Shown> {
  const answer = await service.request(`${base}/${id}`, { headers: { 'content-type': 'application/json' } });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { integration: Shown }).integration;
}

async function refusal(path: string, init: Parameters<TestService['request']>[1]): Promise<Record<string, unknown>> {
  const answer = await service.request(path, init);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await answer.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: expect.any(String), title: expect.any(String), instance: path });
  expect(problem['status']).toBe(answer.status);
  return problem;
}

describe('the compatible integrations API', () => {
  it('creates with 200 and an id of twenty characters, readable at once with a mask for the secret', async () => {
    const id = await create();
    expect(id).toMatch(/^[0-9a-v]{20}$/);
    const integration = await read(id);
    expect(integration).toEqual({
      id,
      ...tenant,
      description: 'on call',
      data: { sink: 'slack', source: 'issues', channelId: '#ops', tokenDisplay: '****************tail' },
      status: 'active',
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      updated: integration.created,
    });
  });

  it('takes issues where no source is named', async () => {
    const id = await create({ description: 'd', data: { sink: 'slack', channelId: 'C1', token } });
    expect((await read(id)).data).toMatchObject({ source: 'issues' });
  });

  it('lists what it has', async () => {
    const id = await create();
    const { integrations } = (await (await service.request(base)).json()) as { integrations: Shown[] };
    expect(integrations.find((one) => one.id === id)).toEqual(await read(id));
  });

  it('updates in part: sink and source echoed, a mask for the secret, null for nothing', async () => {
    const id = await create();
    const edit = {
      data: { sink: 'slack', source: 'issues', channelId: 'C2', token: '****************tail' },
      description: null,
    };
    const answer = await service.request(`${base}/${id}`, { method: 'PUT', json: edit });
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe('');
    const integration = await read(id);
    expect(integration).toMatchObject({
      description: 'on call',
      data: { channelId: 'C2', tokenDisplay: '****************tail' },
    });
    expect(integration.updated >= integration.created).toBe(true);
  });

  it('takes an update that says nothing', async () => {
    const id = await create();
    const before = await read(id);
    expect((await service.request(`${base}/${id}`, { method: 'PUT', json: {} })).status).toBe(204);
    expect(await read(id)).toEqual(before);
  });

  it('shows an integration as deleted at once, and goes on showing it', async () => {
    const id = await create();
    const headers = { 'content-type': 'application/json' };
    const answer = await service.request(`${base}/${id}`, { method: 'DELETE', headers });
    expect(answer.status).toBe(204);
    expect((await read(id)).status).toBe('deleted');
    expect((await service.request(`${base}/${id}`, { method: 'DELETE' })).status).toBe(204);
    const problem = await refusal(`${base}/${id}`, { method: 'PUT', json: { description: 'x' } });
    expect(problem).toMatchObject({ status: 409, title: 'The integration is deleted' });
  });

  it('has two states only: a paused one is active', async () => {
    const id = await create();
    expect((await service.request(`/tocsin/v1/integrations/${id}/pause`, { method: 'POST' })).status).toBe(200);
    expect((await read(id)).status).toBe('active');
  });

  it.each([
    [{ ...draft, data: { ...draft.data, source: 'logs' } }, 'source'],
    [{ ...draft, data: { ...draft.data, sink: 'opsGenie', apiKey: 'k' } }, 'channelId'],
    [{ ...draft, data: { sink: 'opsGenie', apiKey: 'k' } }, 'sink'],
    [{ ...draft, data: { ...draft.data, sink: 'carrierPigeon' } }, 'sink'],
    [{ ...draft, data: { ...draft.data, sink: undefined } }, 'sink'],
    [{ ...draft, data: { ...draft.data, token: undefined } }, 'token'],
    [{ ...draft, data: { ...draft.data, organizationId: 'other' } }, 'organizationId'],
    [{ data: draft.data }, 'description'],
    [{ ...draft, description: 'x'.repeat(1025) }, 'description'],
    [{ ...draft, data: [] }, 'data'],
    [{ ...draft, status: 'active' }, 'status'],
  ])('refuses %j naming %s', async (json, field) => {
    const problem = await refusal(base, { json });
    expect(problem['status']).toBe(400);
    expect(problem['fields']).toEqual(expect.objectContaining({ [field]: expect.any(String) }));
    expect(JSON.stringify(problem)).not.toContain(token);
  });

  it('refuses another sink or source in an update', async () => {
    const id = await create();
    const problem = await refusal(`${base}/${id}`, { method: 'PUT', json: { data: { sink: 'opsGenie' } } });
    expect(problem).toMatchObject({ status: 400, fields: { sink: expect.stringContaining('slack') } });
  });

  it.each(['c38qlqlo0aeuocce9mi0', 'nonsense', '..%2f..'])('knows no integration %s', async (id) => {
    expect((await refusal(`${base}/${id}`, {}))['status']).toBe(404);
  });

  it('answers 404 below any other organisation or project', async () => {
    const id = await create();
    const { organizationId, projectId } = tenant;
    for (const path of [
      `/integrate/v1/organizations/${projectId}/projects/${projectId}/integrations`,
      `/integrate/v1/organizations/${organizationId}/projects/${organizationId}/integrations`,
    ]) {
      expect((await service.request(path)).status).toBe(404);
      expect((await service.request(`${path}/${id}`)).status).toBe(404);
      expect((await service.request(path, { json: draft })).status).toBe(404);
    }
    expect((await service.request(`/integrate/v1/organizations/${projectId}/integrations/options`)).status).toBe(404);
  });

  it('tells what goes where, and what can be used', async () => {
    const answer = await service.request(`/integrate/v1/organizations/${tenant.organizationId}/integrations/options`);
    const { sources } = (await answer.json()) as {
      sources: { id: string; sinks: { id: string; enabled: boolean }[] }[];
    };
    expect(sources.map(({ id }) => id)).toEqual(['issues', 'notifications', 'logs', 'metrics']);
    const enabled = sources.flatMap(({ sinks }) => sinks.filter((sink) => sink.enabled).map(({ id }) => id));
    expect(new Set(enabled)).toEqual(new Set(['slack']));
  });
});

describe('POST /oauth/token', () => {
  const ask = (fields: Record<string, string>): Promise<Response> =>
    service.request('/oauth/token', { method: 'POST', token: null, body: new URLSearchParams(fields) });

  it('answers the refresh token as an access token', async () => {
    const { adminToken } = service.installation;
    const answer = await ask({ grant_type: 'refresh_token', client_id: 'x', refresh_token: adminToken });
    expect(answer.status).toBe(200);
    const grant = (await answer.json()) as Record<string, unknown>;
    expect(grant).toEqual({
      access_token: adminToken,
      token_type: 'Bearer',
      scope: expect.any(String),
      expires_in: 3600,
    });
    expect((await service.request(base, { token: String(grant['access_token']) })).status).toBe(200);
  });

  it.each([
    [{ grant_type: 'refresh_token', refresh_token: 'nobody-has-this-token' }, 'invalid_grant'],
    [{ grant_type: 'refresh_token' }, 'invalid_request'],
    [{ grant_type: 'password', refresh_token: 'x' }, 'unsupported_grant_type'],
    [{}, 'invalid_request'],
  ])('refuses %j as %s', async (fields, error) => {
    const answer = await ask(fields);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error });
  });
});
