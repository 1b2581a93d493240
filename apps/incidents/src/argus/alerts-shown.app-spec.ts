import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { firstTenantOf, publishAlerts } from '../testing/alerts.js';
import { type ArgusGround, argusGround, type Shown, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

/** A consumer that has just joined a group may have to wait for another that has gone without a word. */
const SOON = { timeout: 40_000 };

describe('incidents of alerts', () => {
  it('are on the Argus API as any other: with a source, a first event, and open to people', async () => {
    const tenant = await firstTenantOf(argus.service);
    const found = async () => (await argus.get(`${V2}?tags=alertname%3DFromKafka`)).body.results as Shown[];
    await publishAlerts(argus.service, tenant, [{ start: 1, labels: { alertname: 'FromKafka' } }]);
    const incident = await until(async () => (await found())[0], SOON);
    expect(incident).toMatchObject({
      start_time: '2026-11-20T09:01:00Z',
      end_time: 'infinity',
      open: true,
      source: {
        pk: expect.any(Number),
        name: 'am',
        type: { name: 'alertmanager' },
        user: expect.any(Number),
        base_url: '',
      },
    });
    const { pk, source } = incident;
    expect(await argus.eventsOf(pk)).toMatchObject([{ type: { value: 'STA' }, actor: { pk: source.user } }]);
    expect((await argus.get(`${V1}open/`)).body).toContainEqual(expect.objectContaining({ pk }));
    expect((await argus.get(`${V2}?source__type__in=alertmanager`)).body.results).toHaveLength(1);
    expect((await argus.say(pk, 'CLO', {}, argus.jane)).status).toBe(201);
    expect(await argus.read(pk)).toMatchObject({ open: false });
    expect((await argus.say(pk, 'REO', {}, argus.jane)).status).toBe(201);
    await publishAlerts(argus.service, tenant, [{ start: 1, end: 7, labels: { alertname: 'FromKafka' } }]);
    await until(async () => !(await argus.read(pk)).open, SOON);
    expect(await argus.read(pk)).toMatchObject({ end_time: '2026-11-20T09:07:00Z' });
    const { body: events } = await argus.get(`${V2}events/?page_size=2`);
    expect(events.results).toHaveLength(2);
  }, 90_000);
});
