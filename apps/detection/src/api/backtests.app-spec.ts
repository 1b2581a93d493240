import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, type TestService } from '#libs/testing';
import { detectionService } from '../service.js';
import { every, host, START } from '../testing/episodes.js';
import { firstTenantOf, publishSamples, settled } from '../testing/log-for-spec.js';

let service: TestService;

const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const asked = { detector: 'disk-usage', from: at(0), to: at(3600) };

beforeAll(async () => {
  service = await createTestService(detectionService);
  const disk = (t: number): number => (t >= 60 && t <= 180 ? 95 : t > 180 && t <= 400 ? 85 : 40);
  const samples = every(15, 0, 600).map((t) => host(t, { clusterId: 'past', nodeId: 'n1', disk: disk(t) }));
  await publishSamples(service, await firstTenantOf(service), samples);
  await settled(service);
}, 60_000);

afterAll(() => service?.stop());

function post(body: object, accept = 'application/json'): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept };
  return service.request('/tocsin/v1/backtests', { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('a backtest', () => {
  it('with unchanged settings differs in nothing', async () => {
    const answer = await post(asked);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      ...{ recorded: 1, tried: 1, same: 1, gained: [], lost: [], moved: [] },
      ...{ delaySeconds: 0, messages: 0 },
    });
  });

  it('with other settings tells what would have been', async () => {
    expect(await (await post({ ...asked, settings: { percent: 90 } })).json()).toMatchObject({
      same: 0,
      moved: [{ opensLater: 0, recorded: { subject: 'n1:/data' }, closesLater: expect.any(Number) }],
    });
    expect(await (await post({ ...asked, settings: { percent: 99 } })).json()).toMatchObject({
      lost: [{}],
      messages: -2,
    });
    expect(await (await post({ ...asked, clusters: ['other'] })).json()).toMatchObject({ recorded: 0, tried: 0 });
  });

  it('tells its progress and its result as server-sent events', async () => {
    const answer = await post(asked, 'text/event-stream');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const text = await answer.text();
    expect(text).toMatch(/^event: progress\ndata: \{"done":\d+,"total":\d+\}\n\n/);
    expect(text).toMatch(/event: result\ndata: \{"recorded":1,.*\}\n\n$/);
  });

  it.each([
    [{ detector: 'none' }, 'detector'],
    [{ settings: { percent: 'x' } }, 'settings.percent'],
    [{ settings: { limit: 1 } }, 'settings.limit'],
    [{ from: 'yesterday' }, 'from'],
    [{ from: at(10), to: at(0) }, 'to'],
    [{ clusters: 'c1' }, 'clusters'],
  ])('of %j is refused', async (wrong, field) => {
    const answer = await post({ ...asked, ...wrong });
    expect(answer.status).toBe(400);
    expect(Object.keys(((await answer.json()) as { fields: object }).fields)).toEqual([field]);
  });
});
