import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  createTestService,
  testDatabase,
  type TestDatabase,
  testInstallation,
  type TestInstallation,
  type TestService,
  until,
} from '#libs/testing';
import { integrationsService } from '../service.js';

let installation: TestInstallation;
let database: TestDatabase;
let service: TestService;
let before: readonly unknown[];
let rows: readonly unknown[];

const data = (channelId: string) => ({
  sink: 'slack',
  source: 'issues',
  channelId,
  token: 'xoxb-1234567890-planted-secret',
});

async function answers(): Promise<readonly unknown[]> {
  const paths = ['/tocsin/v1/integrations', '/tocsin/v1/me', '/integrate/v1/integrations'];
  const all = await Promise.all(paths.map(async (path) => (await service.request(path)).json()));
  const { tokenId: _new, ...me } = all[1] as Record<string, unknown>;
  return [all[0], me, all[2]];
}

const stored = async () => (await service.store!.query('select * from integration order by integration_id')).rows;

beforeAll(async () => {
  installation = await testInstallation();
  service = await createTestService(integrationsService, { installation });
  const made: string[] = [];
  for (const channel of ['C1', 'C2', 'C3']) {
    const answer = await service.request('/tocsin/v1/integrations', {
      json: { description: channel, data: data(channel) },
    });
    expect(answer.status).toBe(201);
    made.push(((await answer.json()) as { id: string }).id);
  }
  await service.request(`/tocsin/v1/integrations/${made[0]}/pause`, { method: 'POST' });
  await service.request(`/tocsin/v1/integrations/${made[1]}`, { method: 'DELETE' });
  await service.relay!.whenDrained();
  await service.host!.whenCaughtUp();
  before = await answers();
  rows = await stored();
  await service.stop();
  database = await testDatabase();
  const environment = { DATABASE_URL: database.url, TOCSIN_RECOVERY: 'recover' };
  service = await createTestService(integrationsService, { installation, overrides: { environment } });
}, 90_000);

afterAll(async () => {
  await service?.stop();
  await database?.drop();
  await installation?.drop();
});

it('takes integrations back from the log, their secrets as sealed as they were', async () => {
  expect(rows).toHaveLength(3);
  expect(await stored()).toEqual(rows);
  await until(async () => JSON.stringify(await answers()) === JSON.stringify(before), {
    timeout: 30_000,
    what: 'every answer as before',
  });
}, 60_000);
