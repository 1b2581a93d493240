import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { announceOrganizations, RuntimeConfig, Transactor } from '#libs/runtime';
import { EventLog } from '#libs/event-stream';
import { canonicalJson } from '#libs/core';
import {
  createTestService,
  testDatabase,
  testInstallation,
  type TestInstallation,
  type TestService,
  until,
} from '#libs/testing';
import { type Caller, IncidentCommands } from '../commands/incident-commands.js';
import { incidentsService } from '../service.js';
import { firstTenantOf, publishAlerts, settled, type SentAlert } from '../testing/alerts.js';

let installation: TestInstallation;
/** The same log, and a database that holds nothing. */
let afterLoss: TestInstallation;
let service: TestService;
let before: readonly string[];
let ids: { organizationId: string; projectId: string };
let lastPk = 0;
let records = 0;

const PATHS = [
  '/tocsin/v1/incidents?limit=1000',
  '/tocsin/v1/incidents?limit=1000&status=open',
  '/tocsin/v1/services/INS?limit=1000',
  '/tocsin/v1/services/INS/history?limit=1000',
  '/tocsin/v1/sources',
];

async function answers(): Promise<readonly string[]> {
  const texts = await Promise.all(PATHS.map(async (path) => canonicalJson(await (await service.request(path)).json())));
  const { items } = JSON.parse(texts[0]!) as { items: { pk: number }[] };
  const timelines = items.map(async ({ pk }) => (await service.request(`/tocsin/v1/incidents/${pk}/timeline`)).text());
  return [...texts, ...(await Promise.all(timelines))];
}

function alerts(): SentAlert[] {
  return Array.from({ length: 60 }, (_, n): SentAlert[] => {
    const labels = { alertname: `A${n}`, service: `s${n % 9}`, status: n % 4 === 0 ? 'degraded' : 'down' };
    const fired = { start: n % 30, labels, ...(n % 10 === 0 ? { expires: 40 } : {}) };
    return n % 3 === 0 ? [fired, { ...fired, end: 45 }] : [fired];
  }).flat();
}

async function recordsOnLog(): Promise<number> {
  const state = await service.app.get(EventLog).topic(service.app.get(RuntimeConfig).topics.events);
  return state!.partitions.reduce((sum, { low, high }) => sum + high - low, 0);
}

beforeAll(async () => {
  installation = await testInstallation();
  service = await createTestService(incidentsService, { installation });
  ids = await firstTenantOf(service);
  await service.app.get(Transactor).transact((unit) => announceOrganizations(unit));
  const commands = service.app.get(IncidentCommands);
  const person: Caller = { ...ids, by: { userPk: 7, username: 'jane', kind: 'person' }, superuser: true };
  const glue: Caller = { ...ids, by: { userPk: 4, username: 'nav1', kind: 'source' }, superuser: false };
  await publishAlerts(service, ids, alerts());
  await settled(service);
  const items = async () =>
    ((await (await service.request(PATHS[0]!)).json()) as { items: { pk: number; status: string }[] }).items;
  await until(async () => (await items()).length === 60, { timeout: 30_000, what: 'all incidents' });
  const closed = (await items()).find(({ status }) => status === 'closed')!;
  await commands.post(person, closed.pk, { type: 'REO' });
  for (let n = 0; n < 5; n++) {
    const opened = await commands.open(glue, {
      source: { id: 's1', pk: 2, name: 'nav1', type: 'nav' },
      startTime: '2026-11-20T09:00:00.123456Z',
      sourceIncidentId: `own ${n}`,
      tags: ['host=h1'],
      metadata: { n },
    });
    if (opened.refusal) throw new Error('refused');
    lastPk = Math.max(lastPk, opened.incident.pk);
    await commands.acknowledge(person, opened.incident.pk, { expiration: null });
  }
  await service.relay!.whenDrained();
  before = await answers();
  records = await recordsOnLog();
  await service.stop();
  const database = await testDatabase();
  afterLoss = {
    ...installation,
    database,
    environment: { ...installation.environment, DATABASE_URL: database.url },
    drop: async () => {
      await Promise.all([database.drop(), installation.drop()]);
    },
  };
}, 120_000);

afterAll(async () => {
  await service?.stop();
  await (afterLoss ?? installation)?.drop();
});

describe('a service whose database was lost', () => {
  it('does not begin anew beside its own log unless it is told to', async () => {
    await expect(createTestService(incidentsService, { installation: afterLoss })).rejects.toThrow(
      /the database is empty, but .* is the log of an installation.*npm start -- --recover/s,
    );
  }, 60_000);

  it('takes everything back from the log when asked', async () => {
    const environment = { TOCSIN_RECOVERY: 'recover' };
    service = await createTestService(incidentsService, { installation: afterLoss, overrides: { environment } });
    await settled(service);
    expect(await firstTenantOf(service)).toEqual(ids);
    await until(async () => canonicalJson(await answers()) === canonicalJson(before), {
      timeout: 30_000,
      interval: 300,
      what: 'every answer as before',
    });
  }, 90_000);

  it('begins anew where it was killed before it was done', async () => {
    // As after a kill: nothing says that it is done, and some of it is there.
    await service.access.query(`delete from access.recovery where service = 'incidents'`);
    await service.store!.query('delete from incident where pk % 2 = 0');
    await service.stop();
    service = await createTestService(incidentsService, { installation: afterLoss });
    await settled(service);
    const { rows } = await service.store!.query<{ count: number }>('select count(*) as count from incident');
    expect(rows[0]!.count).toBe(65);
    expect(canonicalJson(await answers())).toBe(canonicalJson(before));
  }, 60_000);

  it('says nothing twice', async () => {
    await settled(service);
    await publishAlerts(service, ids, [{ start: 50, labels: { alertname: 'later' } }]);
    await settled(service);
    const later = async () => await (await service.request('/tocsin/v1/incidents?tag=alertname%3Dlater')).text();
    await until(async () => (await later()).includes('"pk"'), { timeout: 30_000, what: 'the incident of later' });
    await service.relay!.whenDrained();
    // The alert itself, its incident, the status of its service.
    expect(await recordsOnLog()).toBe(records + 3);
    const { items } = JSON.parse(await later()) as { items: { pk: number }[] };
    expect(items[0]!.pk).toBe(lastPk + 1);
  }, 60_000);

  it('knows the ids of sources, and ends what began before', async () => {
    const commands = service.app.get(IncidentCommands);
    const glue: Caller = { ...ids, by: { userPk: 4, username: 'nav1', kind: 'source' }, superuser: false };
    const again = {
      source: { id: 's1', pk: 2, name: 'nav1', type: 'nav' },
      startTime: '2026-11-20T09:00:00Z',
      tags: [],
    };
    expect(await commands.open(glue, { ...again, sourceIncidentId: 'own 3' })).toMatchObject({
      refusal: { code: 'duplicate-source-incident-id' },
    });
    await publishAlerts(service, ids, [
      { start: 1, end: 55, labels: { alertname: 'A1', service: 's1', status: 'down' } },
    ]);
    await settled(service);
    const one = async () => await (await service.request('/tocsin/v1/incidents?tag=alertname%3DA1')).text();
    await until(async () => (await one()).includes('"closed"'), { timeout: 30_000, what: 'the end of A1' });
  }, 60_000);

  it('starts as always from then on', async () => {
    await service.stop();
    service = await createTestService(incidentsService, { installation: afterLoss });
    expect(await firstTenantOf(service)).toEqual(ids);
  }, 60_000);
});
