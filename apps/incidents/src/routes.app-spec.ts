import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, inventoryGaps, schemaDump, type TestService, unrefused } from '#libs/testing';
import { incidentsService } from './service.js';

let service: TestService;

beforeAll(async () => {
  service = await createTestService(incidentsService);
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

const READ = 'admin user reader source';
const WRITE = 'admin user source';

/** Below `/api/v1/` and `/api/v2/`. */
const both: Record<string, string> = {
  'GET incidents/': READ,
  'POST incidents/': WRITE,
  'GET incidents/mine/': READ,
  'POST incidents/mine/': WRITE,
  'GET incidents/:pk/': READ,
  'PATCH incidents/:pk/': WRITE,
  'PUT incidents/:pk/': WRITE,
  'DELETE incidents/:pk/': WRITE,
  'GET incidents/:pk/events/': READ,
  'POST incidents/:pk/events/': WRITE,
  'GET incidents/:pk/events/:event/': READ,
  'GET incidents/:pk/acks/': READ,
  'POST incidents/:pk/acks/': WRITE,
  'GET incidents/:pk/acks/:ack/': READ,
  'PUT incidents/:pk/acks/:ack/': WRITE,
  'PATCH incidents/:pk/acks/:ack/': WRITE,
  'GET incidents/:pk/tags/': READ,
  'POST incidents/:pk/tags/': WRITE,
  'GET incidents/:pk/tags/:tag/': READ,
  'DELETE incidents/:pk/tags/:tag/': WRITE,
  'PUT incidents/:pk/ticket_url/': WRITE,
  'GET incidents/sources/': READ,
  'POST incidents/sources/': 'admin',
  'GET incidents/sources/:pk/': READ,
  'PUT incidents/sources/:pk/': 'admin',
  'PATCH incidents/sources/:pk/': 'admin',
  'GET incidents/source-types/': READ,
  'POST incidents/source-types/': WRITE,
  'GET incidents/source-types/:name/': READ,
  'GET auth/user/': READ,
  'GET auth/users/:pk/': READ,
  'POST auth/refresh-token/': READ,
  'POST token-auth/': 'public',
  'GET schema/': 'public',
  'GET schema/swagger-ui/': 'public',
  'GET schema/swagger-ui/start/': 'public',
};

const first: Record<string, string> = {
  'GET incidents/open/': READ,
  'GET incidents/open+unacked/': READ,
  'GET incidents/metadata/': READ,
  'GET auth/phone-number/': READ,
  'POST auth/phone-number/': WRITE,
  'GET auth/phone-number/:pk/': READ,
  'PUT auth/phone-number/:pk/': WRITE,
  'PATCH auth/phone-number/:pk/': WRITE,
  'DELETE auth/phone-number/:pk/': WRITE,
};

const second: Record<string, string> = {
  'GET incidents/events/': READ,
  'POST incidents/acks/bulk/': WRITE,
  'POST incidents/events/bulk/': WRITE,
  'POST incidents/ticket_url/bulk/': WRITE,
  'PUT incidents/:pk/automatic-ticket/': WRITE,
  'POST incidents/sources/heartbeat/': READ,
  'POST auth/token/login/': 'public',
  'POST auth/token/logout/': READ,
  'POST auth/token/logoutall': READ,
};

function below(root: string, all: Record<string, string>): [string, string][] {
  return Object.entries(all).map(([route, kinds]) => [route.replace(' ', ` ${root}`), kinds]);
}

const argusRoutes = Object.fromEntries([
  ['GET /api/', 'public'],
  ...below('/api/', {
    'GET schema/': 'public',
    'GET schema/swagger-ui/': 'public',
    'GET schema/swagger-ui/start/': 'public',
  }),
  ...below('/api/v1/', { ...both, ...first }),
  ...below('/api/v2/', { ...both, ...second }),
]);

describe('routes', () => {
  it('are these, each with its kinds', () => {
    const own = service.routes.filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/tocsin/'));
    const named = own.map(({ method, url, access }) => [`${method} ${url}`, [access].flat().join(' ')]);
    expect(Object.fromEntries(named)).toEqual(routes);
  });

  it('of the Argus API are these, in each version', () => {
    const own = service.routes.filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/api/'));
    const named = own.map(({ method, url, access }) => [`${method} ${url}`, [access].flat().join(' ')]);
    expect(Object.fromEntries(named)).toEqual(argusRoutes);
  });

  it('are all in the OpenAPI document, and no others', async () => {
    expect(await inventoryGaps(service, ['GET /.still-alive', 'GET /.still-alive/'])).toEqual([]);
  });

  it('let nobody in without a token, however they are spelt', async () => {
    expect(await unrefused(service)).toEqual([]);
  }, 300_000);
});

describe('the schema', () => {
  it('is what schema.sql says', async () => {
    expect(await schemaDump(service.store!)).toBe(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'));
  });
});
