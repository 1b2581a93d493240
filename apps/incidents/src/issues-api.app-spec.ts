import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headersOf, keyOf } from '#libs/contracts';
import { EventPublisher } from '#libs/event-stream';
import { type Received, RuntimeConfig } from '#libs/runtime';
import { createTestService, type TestService, until } from '#libs/testing';
import { incidentsService } from './service.js';
import { firstTenantOf, minute as at } from './testing/alerts.js';
import { recorded } from './testing/recorded.for-spec.js';
import { issueWorld } from './testing/issues.js';

const path = '/tocsin/v1/incidents';
let service: TestService;
let organizationId: string;

beforeAll(async () => {
  service = await createTestService(incidentsService);
  ({ organizationId } = await firstTenantOf(service));
}, 60_000);

afterAll(() => service?.stop());

async function publish(...records: readonly { key: string; value: string; headers?: Record<string, string> }[]) {
  const { topics } = service.app.get(RuntimeConfig);
  const positions = await service.app
    .get(EventPublisher)
    .publish(records.map((record) => ({ topic: topics.events, headers: {}, ...record })));
  await service.host!.whenCaughtUp('incidents.issues');
  await service.relay!.whenDrained();
  await service.host!.whenCaughtUp();
  return positions;
}

const say = (...all: readonly Received[]) =>
  publish(...all.map(({ event }) => ({ key: keyOf(event), value: JSON.stringify(event), headers: headersOf(event) })));

const get = async <T = unknown>(to: string): Promise<T> => (await service.request(to)).json() as Promise<T>;

interface List {
  readonly items: readonly { incidentId: string; pk: number; group: string | null; tags: string[] }[];
  readonly groups: readonly { group: string; incidentIds: string[]; open: number }[];
}

describe('an issue', () => {
  it('is an incident with its latest values, and no flood in any list of events', async () => {
    const { opened, observed, closed, issueId } = issueWorld(organizationId);
    const seen = Array.from({ length: 40 }, (_, n) => observed({ sequence: n + 2, payload: { clusterId: 'flood' } }));
    await say(opened({ payload: { clusterId: 'flood' } }), ...seen);
    const { items } = await get<List>(`${path}?group=flood%2Fn1`);
    expect(items).toMatchObject([
      {
        status: 'open',
        origin: 'issue',
        level: 1,
        group: 'flood/n1',
        startTime: at(1),
        source: 'detection',
        sourceType: 'tocsin',
        sourceIncidentId: issueId,
        description: expect.stringContaining('121 %'),
        metadata: { observed: { usedPercent: 121 }, threshold: { percent: 80 } },
        tags: ['cluster=flood', 'node=n1', 'detector=disk-usage', 'subject=n1:/data'],
      },
    ]);
    const { pk } = items[0]!;
    await say(closed({ sequence: 42, payload: { clusterId: 'flood' } }));
    const timeline = (query = '') => get<{ items: { name: string }[] }>(`${path}/${pk}/timeline${query}`);
    expect((await timeline()).items.map(({ name }) => name)).toEqual(['IncidentOpened', 'IncidentClosed']);
    expect((await timeline(`?asOf=${at(59)}&known=now`)).items).toHaveLength(2);
    expect((await timeline('?observations=true')).items).toHaveLength(32);
    expect(await get(`/api/v2/incidents/${pk}/events/`)).toMatchObject([
      { type: { value: 'END' } },
      { type: { value: 'STA' } },
    ]);
    expect(await get(`${path}/${pk}`)).toMatchObject({ status: 'closed', endTime: at(42), closeReason: 'resolved' });
    expect(await get(`${path}/${pk}?asOf=${at(10)}&known=now`)).toMatchObject({ metadata: { sequence: 10 } });
  });

  it('of a producer in any language needs no more than the interfaces ask', async () => {
    const said = {
      ...{ issueId: 'py-1', issueKey: 'k', detector: 'mine', clusterId: 'py', subject: 'py', severity: 'warning' },
      ...{ status: 'open', sequence: 1, title: 'Odd', message: 'Look.', observed: { n: 1 }, threshold: 3 },
      ...{ openedAt: '2026-11-20T10:01:00+01:00', occurredAt: '2026-11-20T09:01:00Z', evidence: {} },
    };
    const record = (name: string, own: object = {}) => ({
      key: 'x',
      value: JSON.stringify({ name, payload: { ...said, ...own } }),
    });
    await publish(record('IssueOpened'));
    const open = await get<List>(`${path}?tag=cluster%3Dpy`);
    expect(open.items).toMatchObject([
      { level: 3, startTime: at(1), status: 'open', group: null, source: 'detection' },
    ]);
    await publish(record('IssueClosed', { status: 'closed', sequence: 2, severity: 'solved', closedAt: at(3) }));
    const { items } = await get<List>(`${path}?tag=cluster%3Dpy`);
    expect(items).toMatchObject([{ status: 'closed', endTime: at(3), level: 3 }]);
  });

  it('that cannot be decided is a dead letter of issues, and the next one goes on', async () => {
    const future = issueWorld(organizationId).opened({ payload: { openedAt: '2999-01-01T00:00:00Z' } });
    const next = issueWorld(organizationId).opened({ payload: { clusterId: 'after' } });
    const [position] = await say(future, next);
    expect((await get<List>(`${path}?tag=cluster%3Dafter`)).items).toHaveLength(1);
    const { partition, offset } = position!;
    interface Letter {
      readonly partition: number;
      readonly offset: number;
    }
    const letters = async () => (await get<{ items: Letter[] }>('/tocsin/v1/dead-letters?limit=100')).items;
    const own = (all: readonly Letter[]) => all.find((one) => one.partition === partition && one.offset === offset);
    const letter = await until(async () => own(await letters()), { what: 'its dead letter' });
    expect(letter).toMatchObject({ processor: 'incidents.issues', reason: expect.any(String) });
  });
});

describe('a dead node', () => {
  it('is one group of several incidents, none of them suppressed', async () => {
    const issue = (detector: string, own: object) =>
      issueWorld(organizationId).opened({ payload: { clusterId: 'c9', nodeId: undefined, detector, ...own } });
    await say(
      issue('unreachable-node', { subject: 'n2' }),
      issue('cluster-consensus', { subject: 'c9', observed: { failed: ['n2'] }, openedAt: at(2) }),
      issue('core-load', { subject: 'n3' }),
      issue('leader-mismatch', { subject: 'c9' }),
    );
    const { items, groups } = await get<List>(`${path}?tag=cluster%3Dc9`);
    expect(items).toHaveLength(4);
    const of = (group: string) => items.filter((one) => one.group === group).map(({ incidentId }) => incidentId);
    expect(groups.map(({ group, open }) => [group, open]).sort()).toEqual([
      ['c9/n2', 2],
      ['c9/n3', 1],
    ]);
    expect(groups.find(({ group }) => group === 'c9/n2')!.incidentIds).toEqual(of('c9/n2').reverse());
    expect((await get<List>(`${path}?group=c9%2Fn2&origin=issue`)).items).toHaveLength(2);
    expect((await get<List>(`${path}?group=c9%2Fn2&origin=alert`)).items).toHaveLength(0);
    expect((await get<List>(`${path}?group=nonsense`)).items).toHaveLength(0);
  });
});

it('the log holds each event of an incident once, in sequence, as it was shown', async () => {
  const events = await recorded(service, ['IncidentOpened', 'IncidentObserved', 'IncidentClosed']);
  const ids = events.map(({ metadata }) => metadata.id);
  expect(new Set(ids).size).toBe(ids.length);
  const of = (id: string) => events.filter(({ payload }) => (payload as { incidentId: string }).incidentId === id);
  for (const { payload } of events.filter(({ name }) => name === 'IncidentOpened')) {
    const own = of((payload as { incidentId: string }).incidentId);
    expect(own.map((one) => (one.payload as { sequence: number }).sequence)).toEqual(own.map((_, n) => n + 1));
  }
});
