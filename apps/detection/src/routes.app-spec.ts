import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, inventoryGaps, schemaDump, type TestService, until } from '#libs/testing';
import { detectionService } from './service.js';

let service: TestService;

beforeAll(async () => {
  service = await createTestService(detectionService);
}, 60_000);

afterAll(() => service?.stop());

/** Who may use what: a new route has to be added here, with its kinds. */
const routes: Record<string, string> = {
  'POST /tocsin/v1/backtests': 'admin user',
  'GET /tocsin/v1/detectors': 'admin user reader',
  'GET /tocsin/v1/detectors/:name': 'admin user reader',
  'PUT /tocsin/v1/detectors/:name/settings': 'admin user',
  'GET /tocsin/v1/notification-rules': 'admin user reader',
  'GET /tocsin/v1/notification-rules/unruled': 'admin user reader',
};

describe('routes', () => {
  it('are these, each with its kinds, and documented', async () => {
    const own = service.routes.filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/tocsin/'));
    const named = own.map(({ method, url, access }) => [`${method} ${url}`, [access].flat().join(' ')]);
    expect(Object.fromEntries(named)).toEqual(routes);
    expect(await inventoryGaps(service)).toEqual([]);
  });

  it.each(Object.keys(routes))('%s lets nobody in without a token', async (route) => {
    const [method, path] = route.split(' ') as [string, string];
    const answer = await service.request(path, { method, token: null });
    expect(answer.status).toBe(401);
  });

  it('is ready and has metrics', async () => {
    await until(async () => (await service.request('/health/ready', { token: null })).status === 200);
    await until(() => service.host!.status().some(({ name }) => name === 'detection.samples'));
    const metrics = await (await service.request('/metrics', { token: null })).text();
    expect(metrics).toContain('detection_samples_total');
  });
});

describe('the schema', () => {
  it('is what schema.sql says', async () => {
    expect(await schemaDump(service.store!)).toBe(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'));
  });
});
