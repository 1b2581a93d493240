import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, testInstallation, type TestInstallation, type TestService, until } from '#libs/testing';
import { incidentsService } from '../service.js';
import { firstTenantOf, publishAlerts, type SentAlert, settled } from '../testing/alerts.js';

let installation: TestInstallation;
let first: TestService;
let second: TestService;
let tenant: { organizationId: string; projectId: string };

beforeAll(async () => {
  installation = await testInstallation();
  first = await createTestService(incidentsService, { installation });
  second = await createTestService(incidentsService, { installation });
  tenant = await firstTenantOf(first);
  await publishAlerts(first, tenant, history(0, 200));
  await Promise.all([settled(first), settled(second)]);
}, 90_000);

afterAll(async () => {
  await Promise.all([first?.stop(), second?.stop()]);
  await installation?.drop();
});

/** Alerts of which every third is over and some come late. */
function history(from: number, count: number): SentAlert[] {
  return Array.from({ length: count }, (_, n) => from + n).flatMap((n): SentAlert[] => {
    const labels = { alertname: `A${n}`, platform: `p${n % 7}`, status: n % 5 === 0 ? 'up' : 'down' };
    const fired = { start: (n * 7) % 50, labels };
    return n % 3 === 0 ? [fired, { ...fired, end: 55 }] : [fired];
  });
}

const PATHS = [
  '/tocsin/v1/incidents?limit=1000',
  '/tocsin/v1/incidents?status=open&tag=platform%3Dp3',
  '/tocsin/v1/services/INS?limit=1000',
  '/tocsin/v1/services/INS/history?limit=1000',
  '/tocsin/v1/services/INS/downtime?limit=1000&to=2026-11-20T10:00:00Z',
  '/tocsin/v1/dead-letters',
];

/** Every answer as the bytes it is, timelines included. */
async function answers(service: TestService): Promise<string[]> {
  const texts = await Promise.all(PATHS.map(async (path) => (await service.request(path)).text()));
  const { items } = JSON.parse(texts[0]!) as { items: { incidentId: string; pk: number }[] };
  const timelines = items.slice(0, 20).map(async ({ incidentId, pk }) => {
    const one = await (await service.request(`/tocsin/v1/incidents/${incidentId}/timeline`)).text();
    return one + (await (await service.request(`/tocsin/v1/incidents/${pk}`)).text());
  });
  return [...texts, ...(await Promise.all(timelines))];
}

const rebuild = (name: string, service = first): Promise<Response> =>
  service.request(`/tocsin/v1/projections/${name}/rebuild`, { method: 'POST' });

type State = { name: string; state: string; generation: number; building: number | null; lag: number; version: number };

async function states(service = first): Promise<Record<string, State>> {
  const { items } = (await (await service.request('/tocsin/v1/projections')).json()) as { items: State[] };
  return Object.fromEntries(items.map((item) => [item.name, item]));
}

async function whenLive(): Promise<void> {
  const live = async (): Promise<boolean> => Object.values(await states()).every(({ state }) => state === 'live');
  await until(live, { timeout: 30_000, what: 'all read models live' });
}

describe('a rebuild', () => {
  it('answers 202 at once, goes through with both replicas, and leaves every answer byte for byte as it was', async () => {
    const before = await answers(first);
    expect(await answers(second)).toEqual(before);
    for (const name of ['incidents', 'services', 'dead-letters']) {
      const answer = await rebuild(name);
      expect(answer.status).toBe(202);
      expect(await answer.json()).toMatchObject({ name, state: 'building', generation: 1, building: 2 });
    }
    await whenLive();
    expect(Object.values(await states()).map(({ generation }) => generation)).toEqual([2, 2, 2]);
    expect(await answers(first)).toEqual(before);
    expect(await answers(second)).toEqual(before);
  }, 60_000);

  it('goes on beside live traffic: no error, nothing goes back in time', async () => {
    let stop = false;
    const seen: number[] = [];
    const watch = (async () => {
      while (!stop) {
        for (const service of [first, second]) {
          const answer = await service.request('/tocsin/v1/incidents?limit=1000');
          expect(answer.status).toBe(200);
          seen.push(((await answer.json()) as { items: unknown[] }).items.length);
        }
      }
    })();
    expect((await rebuild('incidents')).status).toBe(202);
    for (let n = 200; n < 260; n += 10) await publishAlerts(second, tenant, history(n, 10));
    await whenLive();
    await until(() => seen.at(-1) === 208, { what: 'all incidents in the list' });
    stop = true;
    await watch;
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  }, 60_000);

  it('is refused while another one is under way, with the reason', async () => {
    const [one, other] = await Promise.all([rebuild('incidents', first), rebuild('incidents', second)]);
    expect([one.status, other.status].sort()).toEqual([202, 409]);
    const refused = (await (one.status === 409 ? one : other).json()) as { detail: string };
    expect(refused.detail).toMatch(/^incidents: generation \d+ has been under way since 20/);
    await whenLive();
  }, 60_000);

  it('tells its progress until it is live', async () => {
    await rebuild('services');
    const answer = await first.request('/tocsin/v1/projections/services/progress');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const told = [...(await answer.text()).matchAll(/^data: (.*)$/gm)].map(
      ([, json]) => JSON.parse(json!) as Record<string, unknown>,
    );
    expect(told[0]).toMatchObject({
      name: 'services',
      done: expect.any(Number),
      total: expect.any(Number),
      rate: expect.any(Number),
    });
    expect(told.at(-1)).toMatchObject({ state: 'live', secondsLeft: 0 });
  }, 60_000);

  it('of something unknown is 404', async () => {
    expect((await rebuild('nothing')).status).toBe(404);
    expect((await first.request('/tocsin/v1/projections/nothing/progress')).status).toBe(404);
  });
});

describe('read tables that were dropped by hand', () => {
  it('are made again and filled from the log', async () => {
    const before = await answers(first);
    const { rows } = await first.store!.query<{ tablename: string }>(
      `select tablename from pg_tables where schemaname = current_schema() and tablename like 'view\\_%'`,
    );
    for (const { tablename } of rows) await first.store!.query(`drop table ${tablename} cascade`);
    await until(async () => JSON.stringify(await answers(first)) === JSON.stringify(before), {
      timeout: 30_000,
      interval: 200,
    });
    expect(await answers(second)).toEqual(before);
  }, 60_000);
});

describe('a service that starts', () => {
  it('goes on with what its predecessor was building', async () => {
    const before = await answers(second);
    await rebuild('incidents');
    await first.stop();
    first = await createTestService(incidentsService, { installation });
    await whenLive();
    expect(await answers(first)).toEqual(before);
  }, 60_000);
});
