import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestService, freePort, type TestService } from '#libs/testing';
import { integrationsService } from './service.js';

let service: TestService;

beforeAll(async () => {
  const KAFKA_BROKERS = `127.0.0.1:${await freePort()}`;
  service = await createTestService(integrationsService, { overrides: { environment: { KAFKA_BROKERS } } });
}, 60_000);

afterAll(() => service?.stop(), 60_000);

it('carries out commands and answers reads while there is no broker; the events wait in the outbox', async () => {
  const data = { sink: 'slack', channelId: 'C1', token: 'xoxb-1' };
  const made = await service.request('/tocsin/v1/integrations', { json: { description: 'd', data } });
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  expect((await service.request(`/tocsin/v1/integrations/${id}/pause`, { method: 'POST' })).status).toBe(200);
  expect(await (await service.request(`/tocsin/v1/integrations/${id}`)).json()).toMatchObject({ id, state: 'paused' });
  expect((await service.request('/tocsin/v1/tokens', { json: { name: 'kari', kind: 'user' } })).status).toBe(201);
  const { rows } = await service.store!.query<{ headers: { name: string } }>(
    'select headers from outbox order by shard, id',
  );
  expect(rows.map(({ headers }) => headers.name).sort()).toEqual([
    'IntegrationCreated',
    'IntegrationPaused',
    'OrganizationCreated',
    'PersonRegistered',
    'PersonRegistered',
  ]);
});
