import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson, ManualClock, millisOf } from '#libs/core';
import { createTestService, type TestService, until } from '#libs/testing';
import { incidentsService } from '../service.js';
import { firstTenantOf, minute, publishAlerts, type SentAlert, settled } from '../testing/alerts.js';

const clock = new ManualClock(millisOf(minute(0)));
let service: TestService;
let tenant: { organizationId: string; projectId: string };

beforeAll(async () => {
  service = await createTestService(incidentsService, { overrides: { clock } });
  tenant = await firstTenantOf(service);
}, 60_000);

afterAll(() => service?.stop());

const read = async (query = ''): Promise<string> =>
  canonicalJson(await (await service.request(`/tocsin/v1/services/INS${query}`)).json());

/** One alert at a minute, and what is answered a minute later. */
async function said(at: number, alert: SentAlert, observations: number): Promise<string> {
  clock.set(millisOf(minute(at)));
  await publishAlerts(service, tenant, [alert]);
  await settled(service);
  const count = async (): Promise<number> => {
    const { items } = (await (await service.request('/tocsin/v1/services/INS/history')).json()) as { items: unknown[] };
    return items.length;
  };
  await until(async () => (await count()) === observations, { timeout: 20_000, what: 'the observation' });
  clock.set(millisOf(minute(at + 1)));
  return read();
}

describe('service status as of a time', () => {
  it('says what was said then, whatever came late; or what is known of then today', async () => {
    const down = { start: 10, labels: { alertname: 'A', status: 'down' } };
    const first = await said(20, down, 1);
    const second = await said(30, { start: 5, labels: { alertname: 'B', status: 'down' } }, 2);
    const third = await said(40, { start: 8, labels: { alertname: 'C', status: 'degraded' } }, 3);
    expect(new Set([first, second, third]).size).toBeGreaterThan(1);
    for (const [at, answer] of [[21, first] as const, [31, second] as const, [41, third] as const]) {
      expect(await read(`?asOf=${minute(at)}&known=at`)).toBe(answer);
      expect(await read(`?asOf=${minute(at)}`)).toBe(answer);
    }
    const status = async (query: string) =>
      (JSON.parse(await read(query)) as { items: { status: string; time: string }[] }).items.map(
        ({ status, time }) => `${status} ${time}`,
      );
    expect(await status(`?asOf=${minute(21)}&known=at`)).toEqual([`down ${minute(10)}`]);
    expect(await status(`?asOf=${minute(31)}&known=at`)).toEqual([`down ${minute(5)}`]);
    expect(await status(`?asOf=${minute(9)}&known=now`)).toEqual([`degraded ${minute(8)}`]);
    expect(await status(`?asOf=${minute(9)}&known=at`)).toEqual([]);
    // Nothing was known then: it is a time in the history that is meant.
    expect(await status(`?asOf=${minute(6)}`)).toEqual([`down ${minute(5)}`]);
  }, 90_000);
});
