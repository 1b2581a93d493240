import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, schemaDump, type TestService } from '#libs/testing';
import { integrationsService } from './service.js';

let service: TestService;

beforeAll(async () => {
  service = await createTestService(integrationsService);
}, 60_000);

afterAll(() => service?.stop());

/** Who may use what: a new route has to be added here, with its kinds. */
const routes: Record<string, string> = {
  'POST /tocsin/v1/integrations': 'admin user',
  'GET /tocsin/v1/integrations': 'admin user reader',
  'GET /tocsin/v1/integrations/:id': 'admin user reader',
  'GET /tocsin/v1/integrations/:id/health': 'admin user reader',
  'PUT /tocsin/v1/integrations/:id': 'admin user',
  'PATCH /tocsin/v1/integrations/:id': 'admin user',
  'DELETE /tocsin/v1/integrations/:id': 'admin user',
  'POST /tocsin/v1/integrations/:id/pause': 'admin user',
  'POST /tocsin/v1/integrations/:id/resume': 'admin user',
  'POST /integrate/v1/organizations/:organizationId/projects/:projectId/integrations': 'admin user',
  'GET /integrate/v1/organizations/:organizationId/projects/:projectId/integrations': 'admin user reader',
  'GET /integrate/v1/organizations/:organizationId/projects/:projectId/integrations/:integrationId':
    'admin user reader',
  'PUT /integrate/v1/organizations/:organizationId/projects/:projectId/integrations/:integrationId': 'admin user',
  'DELETE /integrate/v1/organizations/:organizationId/projects/:projectId/integrations/:integrationId': 'admin user',
  'GET /integrate/v1/organizations/:organizationId/integrations/options': 'admin user reader',
  'POST /oauth/token': 'public',
  'GET /tocsin/v1/deliveries': 'admin user reader',
  'GET /tocsin/v1/deliveries/reconciliation': 'admin user reader',
  'GET /tocsin/v1/deliveries/:id': 'admin user reader',
  'GET /tocsin/v1/explain': 'admin user reader',
  'POST /tocsin/v1/tokens': 'admin',
  'GET /tocsin/v1/tokens': 'admin',
  'GET /tocsin/v1/tokens/:id': 'admin',
  'DELETE /tocsin/v1/tokens/:id': 'admin',
  'GET /tocsin/v1/me': 'admin user source reader',
  'POST /tocsin/v1/organizations': 'admin',
};

describe('routes', () => {
  it('are these, each with its kinds', () => {
    const own = service.routes.filter(
      ({ method, url }) => method !== 'HEAD' && /^\/(tocsin|integrate|oauth)\//.test(url),
    );
    const named = own.map(({ method, url, access }) => [`${method} ${url}`, [access].flat().join(' ')]);
    expect(Object.fromEntries(named)).toEqual(routes);
  });

  const guarded = Object.entries(routes).filter(([, kinds]) => kinds !== 'public');
  const spellings = (path: string): string[] => [
    path,
    `${path}/`,
    `/${path}`,
    path.replace('/v1', '//v1'),
    path.replace('v1', 'v%31'),
    path.toUpperCase(),
    `${path};a=b`,
  ];

  it.each(guarded)('%s: nobody gets in without a token, however it is spelt', async (route) => {
    const [method = '', url = ''] = route.split(' ');
    const path = url.replace(/:\w+/g, 'c38qlqlo0aeuocce9mi0');
    for (const spelling of spellings(path)) {
      for (const verb of [method, 'HEAD', 'OPTIONS']) {
        for (const headers of [{}, { authorization: 'Bearer nobody-has-this-token' }]) {
          const answer = await fetch(`${service.url}${spelling}`, { method: verb, headers });
          expect([verb, spelling, answer.status]).toEqual([verb, spelling, 401]);
        }
      }
    }
  });

  const kinds = ['user', 'source', 'reader'] as const;

  it.each(kinds)('a token of kind %s gets 403 where its kind is not named', async (kind) => {
    const made = await service.request('/tocsin/v1/tokens', { json: { name: kind, kind } });
    const { token } = (await made.json()) as { token: string };
    for (const [route, allowed] of guarded) {
      const [method = '', url = ''] = route.split(' ');
      const path = url.replace(/:\w+/g, 'c38qlqlo0aeuocce9mi0');
      const { status } = await service.request(path, { method, token });
      expect([route, status === 403]).toEqual([route, !allowed.split(' ').includes(kind)]);
    }
  });
});

describe('the schema', () => {
  it('is what schema.sql says', async () => {
    expect(await schemaDump(service.store!)).toBe(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'));
  });
});
