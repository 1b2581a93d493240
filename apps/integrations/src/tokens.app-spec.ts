import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, type TestService, until } from '#libs/testing';
import { integrationsService } from './service.js';

const path = '/tocsin/v1/tokens';
let service: TestService;

beforeAll(async () => {
  service = await createTestService(integrationsService);
}, 60_000);

afterAll(() => service?.stop());

interface Made {
  id: string;
  token: string;
}

async function make(json: object, token?: string): Promise<Made> {
  const answer = await service.request(path, { json, ...(token ? { token } : {}) });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Made;
}

async function me(token: string): Promise<Record<string, unknown>> {
  return (await (await service.request('/tocsin/v1/me', { token })).json()) as Record<string, unknown>;
}

describe('tokens', () => {
  it('are shown once and say whose they are', async () => {
    const { id, token } = await make({
      name: 'prometheus',
      kind: 'source',
      sourceType: 'alertmanager',
      partitions: ['main'],
    });
    const admin = await me(service.installation.adminToken);
    expect(await me(token)).toEqual({ ...admin, tokenId: id, kind: 'source', name: 'prometheus' });
    const read = await service.request(`${path}/${id}`);
    const shown = await read.text();
    expect(JSON.parse(shown)).toMatchObject({
      id,
      name: 'prometheus',
      kind: 'source',
      sourceType: 'alertmanager',
      partitions: ['main'],
    });
    const list = await (await service.request(`${path}?limit=1000`)).text();
    expect((JSON.parse(list) as { items: unknown[] }).items).toContainEqual(JSON.parse(shown));
    for (const answer of [shown, list]) expect(answer).not.toContain(token.slice(-40));
  });

  it('end when they are revoked, within five seconds', async () => {
    const { id, token } = await make({ name: 'gone', kind: 'reader' });
    expect((await service.request('/tocsin/v1/me', { token })).status).toBe(200);
    expect((await service.request(`${path}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await service.request(`${path}/${id}`)).status).toBe(404);
    await until(async () => (await service.request('/tocsin/v1/me', { token })).status === 401, { timeout: 5_000 });
  });

  it('end when they expire', async () => {
    const { token } = await make({
      name: 'brief',
      kind: 'user',
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    expect((await service.request('/tocsin/v1/me', { token })).status).toBe(200);
    await until(async () => (await service.request('/tocsin/v1/me', { token })).status === 401, { timeout: 5_000 });
  });

  it('page', async () => {
    for (let n = 0; n < 3; n++) await make({ name: `page ${n}`, kind: 'reader' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await service.request(`${path}?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { items: { id: string }[]; cursor: string | null };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(3);
  });

  it.each([
    [{ kind: 'reader' }, 'name'],
    [{ name: 'x', kind: 'owner' }, 'kind'],
    [{ name: 'x', kind: 'reader', installation: true }, 'installation'],
    [{ name: 'x', kind: 'source', baseUrl: 'ftp://x' }, 'baseUrl'],
    [{ name: 'x', kind: 'source', partitions: [''] }, 'partitions'],
    [{ name: 'x', kind: 'reader', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ name: 'x', kind: 'reader', expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ name: 'x', kind: 'reader', projectId: '0190b3a0-0000-7000-8000-000000000001' }, 'projectId'],
  ])('refuses %j naming %s', async (json, field) => {
    const answer = await service.request(path, { json });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { fields: object }).fields).toHaveProperty(field);
  });

  it.each(['user', 'source', 'reader'])('are not for a %s', async (kind) => {
    const { token } = await make({ name: kind, kind });
    expect((await service.request(path, { token })).status).toBe(403);
    expect((await service.request(path, { token, json: { name: 'x', kind: 'admin' } })).status).toBe(403);
  });
});

describe('organisations', () => {
  it('are made by the first admin token alone, and know nothing of each other', async () => {
    const answer = await service.request('/tocsin/v1/organizations', { json: { name: 'second' } });
    expect(answer.status).toBe(201);
    const made = (await answer.json()) as { organizationId: string; projectId: string; token: string };
    const second = await me(made.token);
    expect(second).toMatchObject({ organizationId: made.organizationId, projectId: made.projectId, kind: 'admin' });
    const { token: ours, id } = await make({ name: 'ours', kind: 'admin' });
    expect((await service.request(`${path}/${id}`, { token: made.token })).status).toBe(404);
    expect((await service.request(`${path}/${id}`, { token: made.token, method: 'DELETE' })).status).toBe(404);
    expect(
      (await service.request(path, { json: { name: 'x', kind: 'reader', projectId: made.projectId } })).status,
    ).toBe(400);
    for (const token of [made.token, ours]) {
      expect((await service.request('/tocsin/v1/organizations', { token, json: { name: 'third' } })).status).toBe(403);
    }
  });
});
