import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, schemaDump, type TestService, unrefused } from '#libs/testing';
import { incidentsService } from './service.js';

let service: TestService;

beforeAll(async () => {
  // Thousands of refusals in a row, all of them wanted.
  const environment = { RATE_LIMIT_REQUESTS: '0', RATE_LIMIT_REFUSALS: '0' };
  service = await createTestService(incidentsService, { overrides: { environment } });
}, 60_000);

afterAll(() => service?.stop());

/** Who may use what: a new route has to be added here, with its kinds. */
const routes: Record<string, string> = {
  'GET /tocsin/v1/incidents': 'admin user reader source',
  'GET /tocsin/v1/incidents/:id': 'admin user reader source',
  'GET /tocsin/v1/incidents/:id/timeline': 'admin user reader source',
  'GET /tocsin/v1/services/:partition': 'admin user reader source',
  'GET /tocsin/v1/services/:partition/history': 'admin user reader source',
  'GET /tocsin/v1/services/:partition/downtime': 'admin user reader source',
  'GET /tocsin/v1/projections': 'admin user reader',
  'POST /tocsin/v1/projections/:name/rebuild': 'admin',
  'GET /tocsin/v1/projections/:name/progress': 'admin user reader',
  'GET /tocsin/v1/projections/:name/differences': 'admin user reader',
  'POST /tocsin/v1/projections/:name/switch-back': 'admin',
  'GET /tocsin/v1/sources': 'admin user reader',
  'GET /tocsin/v1/sources/:id': 'admin user reader source',
  'PATCH /tocsin/v1/sources/:id': 'admin',
  'POST /tocsin/v1/sources/:id/snapshot': 'admin source',
  'GET /tocsin/v1/dead-letters': 'admin user reader',
  'POST /tocsin/v1/dead-letters/:id/replay': 'admin',
};

describe('routes', () => {
  it('are these, each with its kinds', () => {
    const own = service.routes.filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/tocsin/'));
    const named = own.map(({ method, url, access }) => [`${method} ${url}`, [access].flat().join(' ')]);
    expect(Object.fromEntries(named)).toEqual(routes);
  });

  it('let nobody in without a token, however they are spelt', async () => {
    expect(await unrefused(service)).toEqual([]);
  }, 60_000);
});

describe('the schema', () => {
  it('is what schema.sql says', async () => {
    expect(await schemaDump(service.store!)).toBe(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'));
  });
});
