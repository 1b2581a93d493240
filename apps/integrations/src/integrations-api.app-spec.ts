import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, type TestService } from '#libs/testing';
import { integrationsService } from './service.js';

const path = '/tocsin/v1/integrations';
const draft = {
  description: 'on call',
  data: { sink: 'slack', channelId: '#ops', token: 'xoxb-0123456789-0123456789-tail' },
  filters: { origins: ['alert'], labels: ['severity=critical'], minLevel: 2, clusterIds: ['c1'] },
};
let service: TestService;
let other: { organizationId: string; token: string };

beforeAll(async () => {
  service = await createTestService(integrationsService);
  const made = await service.request('/tocsin/v1/organizations', { json: { name: 'other' } });
  other = (await made.json()) as typeof other;
}, 60_000);

afterAll(() => service?.stop());

type Shown = Record<string, unknown> & { id: string };

async function create(json: object = draft, token?: string): Promise<string> {
  const answer = await service.request(path, { json, ...(token ? { token } : {}) });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

async function read(id: string): Promise<Shown> {
  const answer = await service.request(`${path}/${id}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Shown;
}

describe('integrations', () => {
  it('are created with 201 and can be read at once', async () => {
    const id = await create();
    expect(await read(id)).toMatchObject({
      id,
      description: 'on call',
      data: { sink: 'slack', source: 'issues', channelId: '#ops', tokenDisplay: '****************tail' },
      filters: draft.filters,
      state: 'active',
      lastDelivery: null,
      lastError: null,
      lag: 0,
    });
  });

  it.each(['PUT', 'PATCH'])('are edited in part by %s', async (method) => {
    const id = await create();
    const json = { description: 'quiet', filters: { labels: { team: 'db' } } };
    const answer = await service.request(`${path}/${id}`, { method, json });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      id,
      description: 'quiet',
      data: { channelId: '#ops' },
      filters: { labels: ['team=db'] },
    });
    expect((await read(id))['filters']).toEqual({ labels: ['team=db'] });
  });

  it('are paused, resumed and deleted; deleted ones are listed on request', async () => {
    const id = await create();
    const post = async (action: string, json?: object): Promise<unknown> => {
      const answer = await service.request(`${path}/${id}/${action}`, { method: 'POST', ...(json ? { json } : {}) });
      return { status: answer.status, ...((await answer.json()) as object) };
    };
    expect(await post('pause', { reason: 'maintenance' })).toMatchObject({ status: 200, state: 'paused' });
    expect(await post('pause')).toMatchObject({ status: 200, state: 'paused' });
    expect(await post('resume')).toMatchObject({ status: 200, state: 'active' });
    expect((await service.request(`${path}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await read(id))['state']).toBe('deleted');
    expect(await post('pause')).toMatchObject({ status: 409 });
    const listed = async (query: string): Promise<boolean> => {
      const { items } = (await (await service.request(`${path}?limit=1000${query}`)).json()) as { items: Shown[] };
      return items.some((item) => item.id === id);
    };
    expect(await listed('')).toBe(false);
    expect(await listed('&deleted=true')).toBe(true);
  });

  it('are listed page by page, each once, as they are read', async () => {
    const ids = new Set([await create(), await create(), await create()]);
    const seen: Shown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await service.request(`${path}?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { items: Shown[]; cursor: string | null };
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      cursor = page.cursor;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    for (const id of ids) expect(seen).toContainEqual(await read(id));
  });

  it.each([
    [{ ...draft, filters: { minLevel: 6 } }, 'filters.minLevel'],
    [{ ...draft, filters: { labels: ['severity'] } }, 'filters.labels'],
    [{ ...draft, filters: { origins: 'alert' } }, 'filters.origins'],
    [{ ...draft, filters: { clusterIds: Array(1001).fill('c') } }, 'filters.clusterIds'],
    [{ ...draft, filters: { colour: 'red' } }, 'filters.colour'],
    [{ ...draft, filters: [] }, 'filters'],
    [{ ...draft, id: 'c38qlqlo0aeuocce9mi0' }, 'id'],
    [{ ...draft, state: 'parked' }, 'state'],
    [{ ...draft, data: { ...draft.data, sink: 'awsCloudWatchLogs' } }, 'accessKeyId'],
    [{ ...draft, data: { ...draft.data, tokenDisplay: '********' } }, 'tokenDisplay'],
  ])('are refused, naming the field: case %#', async (json, field) => {
    const answer = await service.request(path, { json });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(((await answer.json()) as { fields: object }).fields).toHaveProperty([field]);
  });

  it('of another organisation do not exist', async () => {
    const theirs = await create(draft, other.token);
    expect((await service.request(`${path}/${theirs}`, { token: other.token })).status).toBe(200);
    const attempts: [string, string, object?][] = [
      ['GET', ''],
      ['GET', '/health'],
      ['PUT', '', { description: 'mine' }],
      ['PATCH', '', { description: 'mine' }],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
    ];
    for (const [method, suffix, json] of attempts) {
      const answer = await service.request(`${path}/${theirs}${suffix}`, { method, ...(json ? { json } : {}) });
      expect([method, suffix, answer.status]).toEqual([method, suffix, 404]);
    }
    const { items } = (await (await service.request(`${path}?limit=1000&deleted=true`)).json()) as { items: Shown[] };
    expect(items.map(({ id }) => id)).not.toContain(theirs);
    const after = await service.request(`${path}/${theirs}`, { token: other.token });
    expect(await after.json()).toMatchObject({ state: 'active', description: 'on call' });
  });
});
