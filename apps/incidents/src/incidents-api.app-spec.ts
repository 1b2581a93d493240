import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenAdministration } from '#libs/runtime';
import { createTestService, type TestService, until } from '#libs/testing';
import { incidentsService } from './service.js';
import { firstTenantOf, minute, publishAlerts, type SentAlert, settled } from './testing/alerts.js';

interface Incident {
  readonly incidentId: string;
  readonly pk: number;
  readonly status: string;
  readonly tags: string[];
}

let service: TestService;
let tenant: { organizationId: string; projectId: string };

beforeAll(async () => {
  service = await createTestService(incidentsService);
  tenant = await firstTenantOf(service);
}, 60_000);

afterAll(() => service?.stop());

async function send(...alerts: readonly SentAlert[]): Promise<void> {
  await publishAlerts(service, tenant, alerts);
  await settled(service);
}

async function get<T>(path: string, accept = 'application/json'): Promise<T> {
  const answer = await service.request(path, { headers: { accept } });
  expect([path, answer.status]).toEqual([path, 200]);
  return (accept === 'application/json' ? answer.json() : answer.text()) as Promise<T>;
}

const list = (query = ''): Promise<{ items: Incident[]; cursor: string | null }> => get(`/tocsin/v1/incidents${query}`);
const path = '/tocsin/v1/incidents';

describe('incidents', () => {
  it('of an alert are listed, shown and told', async () => {
    await send({ start: 1, labels: { alertname: 'A' } });
    const { items } = await list('?tag=alertname%3DA');
    expect(items).toEqual([
      {
        incidentId: expect.any(String),
        pk: expect.any(Number),
        status: 'open',
        startTime: minute(1),
        endTime: null,
        level: 1,
        description: 'no answer',
        tags: [
          'alertname=A',
          'description=no answer',
          'facet=node',
          'platform=p1',
          'service=etcd',
          'severity=critical',
          'status=down',
        ],
        source: 'am',
        sourceId: '',
        sourceType: 'alertmanager',
        sourceIncidentId: expect.stringMatching(/^[0-9a-f]{16}\/2026-11-20T09:01:00.000Z$/),
        origin: 'alert',
        group: null,
        acked: false,
        ackedUntil: null,
        stateful: true,
        detailsUrl: '',
        ticketUrl: '',
        closeReason: null,
        predecessor: null,
        metadata: {},
        sourcePk: expect.any(Number),
        updatedAt: expect.any(String),
        sequence: 1,
      },
    ]);
    const [incident] = items as [Incident];
    expect(await get(`${path}/${incident.incidentId}`)).toEqual(incident);
    expect(await get(`${path}/${incident.pk}`)).toEqual(incident);
    await send({ start: 1, end: 4, labels: { alertname: 'A' } }, { start: 1, labels: { alertname: 'A' } });
    expect(await get(`${path}/${incident.pk}`)).toMatchObject({
      status: 'closed',
      endTime: minute(4),
      closeReason: 'resolved',
    });
    const { items: timeline } = await get<{ items: object[] }>(`${path}/${incident.pk}/timeline`);
    expect(timeline).toMatchObject([
      { sequence: 1, name: 'IncidentOpened', time: minute(1), source: 'incidents', description: 'no answer' },
      { sequence: 2, name: 'IncidentClosed', time: minute(4), payload: { reason: 'resolved' } },
    ]);
  });

  it('are filtered and paged', async () => {
    const own = (alertname: string, severity = 'warning') => ({ alertname, severity, batch: 'pages' });
    await send(
      { start: 10, labels: own('P1') },
      { start: 10, labels: own('P2') },
      { start: 11, labels: own('P3', 'info') },
      { start: 12, labels: own('P4') },
      { start: 10, end: 20, labels: own('P1') },
    );
    const names = async (query: string) =>
      (await list(`?tag=batch%3Dpages${query}`)).items.map(({ tags }) => tags[0]?.slice('alertname='.length)).sort();
    expect(await names('')).toEqual(['P1', 'P2', 'P3', 'P4']);
    expect(await names('&status=open')).toEqual(['P2', 'P3', 'P4']);
    expect(await names('&status=closed')).toEqual(['P1']);
    expect(await names('&status=closed,open&level=5')).toEqual(['P3']);
    expect(await names('&minLevel=3')).toEqual(['P1', 'P2', 'P4']);
    expect(await names('&label=alertname%3DP2&origin=alert&source=am')).toEqual(['P2']);
    expect(await names(`&from=${minute(11)}&to=${minute(12)}`)).toEqual(['P3', 'P4']);
    expect(await names('&source=nobody')).toEqual([]);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list(`?tag=batch%3Dpages&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ incidentId }) => incidentId));
      cursor = page.cursor;
    }
    expect(seen).toEqual((await list('?tag=batch%3Dpages')).items.map(({ incidentId }) => incidentId));
    expect(new Set(seen).size).toBe(4);
    const upwards = await list('?tag=batch%3Dpages&order=asc');
    expect(upwards.items.map(({ incidentId }) => incidentId)).toEqual(seen.toReversed());
  });

  it('that expired say so', async () => {
    await send({ start: 1, labels: { alertname: 'E' }, expires: 5 });
    const closed = await until(async () => {
      await settled(service);
      return (await list('?tag=alertname%3DE&status=closed')).items[0];
    });
    expect(closed).toMatchObject({ endTime: minute(5), closeReason: 'expired' });
  });

  it.each([
    ['level=6', 'level'],
    ['status=gone', 'status'],
    ['tag=novalue', 'tag'],
    ['from=yesterday', 'from'],
    ['cursor=nonsense', 'cursor'],
    ['cursor=WzEsMl0', 'cursor'],
    ['source=%00', 'source'],
    ['unknown=1', 'unknown'],
    ['limit=0', 'limit'],
  ])('%s is named as wrong', async (query, field) => {
    const answer = await service.request(`${path}?${query}`);
    expect(answer.status).toBe(400);
    expect(Object.keys(((await answer.json()) as { fields: object }).fields)).toEqual([field]);
  });

  it.each(['nobody', randomUUID(), '999999999', '9999999999999999', '%00', '0x1'])('%s is 404', async (id) => {
    for (const tail of ['', '/timeline']) expect((await service.request(`${path}/${id}${tail}`)).status).toBe(404);
  });
});

describe('the status of a service', () => {
  const services = '/tocsin/v1/services/INS';
  const rows = async (query: string) => {
    const { items } = await get<{ items: { time: string; status: string; transition: boolean; location: string }[] }>(
      `${services}${query}`,
    );
    return items.map(
      ({ time, status, transition }) => `${Number(time.slice(14, 16))} ${status}${transition ? '!' : ''}`,
    );
  };
  const own = (status: string, alertname = status) => ({ platform: 'audit', status, alertname });

  beforeAll(() =>
    send(
      { start: 1, labels: own('up') },
      { start: 10, labels: own('down') },
      { start: 11, labels: own('down', 'second') },
      { start: 5, labels: own('degraded') },
      { start: 5, end: 6, labels: own('degraded') },
      { start: 10, end: 20, labels: own('down') },
      { start: 11, end: 20, labels: own('down', 'second') },
    ),
  );

  it('is kept in order of time, with what changed nothing', async () => {
    expect(await rows('/history?platform=audit')).toEqual(['1 up!', '5 degraded!', '10 down!', '11 down', '20 up!']);
    expect(await rows('/history?platform=audit&order=desc&limit=2')).toEqual(['20 up!', '11 down']);
    expect(await rows('/history?platform=audit&status=DOWN')).toEqual(['10 down!', '11 down']);
    expect(await rows(`/history?platform=audit&from=${minute(5)}&to=${minute(10)}`)).toEqual([
      '5 degraded!',
      '10 down!',
    ]);
    expect(await rows('/history?platform=audit&service=other')).toEqual([]);
  });

  it('is paged', async () => {
    const { cursor } = await get<{ cursor: string }>(`${services}/history?platform=audit&limit=3`);
    expect(await rows(`/history?platform=audit&limit=3&cursor=${cursor}`)).toEqual(['11 down', '20 up!']);
  });

  it('is told now and as of any time, that instant included', async () => {
    expect(await rows('?platform=audit')).toEqual(['20 up!']);
    expect(await rows(`?platform=audit&asOf=${minute(12)}`)).toEqual(['10 down!']);
    expect(await rows(`?platform=audit&asOf=${minute(10)}`)).toEqual(['10 down!']);
    expect(await rows(`?platform=audit&asOf=${minute(9)}`)).toEqual(['5 degraded!']);
    expect(await rows(`?platform=audit&asOf=${minute(0)}`)).toEqual([]);
  });

  it('is a table for spreadsheets and for eyes', async () => {
    const csv = await get<string>(`${services}/history?platform=audit&limit=1`, 'text/csv');
    expect(csv.split('\r\n')[0]).toBe(
      'platform,service,facet,location,status,time,transition,description,late,fingerprint,eventId',
    );
    expect(csv.split('\r\n')[1]).toMatch(
      /^audit,etcd,node,10\.0\.0\.1,up,2026-11-20T09:01:00\.000Z,true,no answer,false,/,
    );
    const html = await get<string>(`${services}?platform=audit`, 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect(html).toContain('<td>up</td>');
    const answer = await service.request(`${services}/history`, { headers: { accept: 'image/png' } });
    expect(answer.status).toBe(406);
  });

  it('tells the times with too few members up, the last one open', async () => {
    const member = (location: string, status: string, start: number, end?: number): SentAlert => ({
      start,
      ...(end === undefined ? {} : { end }),
      location,
      labels: { platform: 'quorum', status, alertname: status, instance: location },
    });
    await send(
      ...['a', 'b', 'c'].map((location) => member(location, 'up', 1)),
      member('a', 'down', 5),
      member('b', 'down', 7),
      member('a', 'down', 5, 9),
      member('b', 'down', 7, 12),
      member('c', 'down', 30),
    );
    const report = await get<{ items: object[]; summary: object[] }>(
      `${services}/downtime?platform=quorum&threshold=3&to=${minute(40)}`,
    );
    expect(report.items).toEqual([
      {
        platform: 'quorum',
        service: 'etcd',
        facet: 'node',
        from: minute(5),
        to: minute(12),
        open: false,
        seconds: 420,
        fewestUp: 1,
      },
      {
        platform: 'quorum',
        service: 'etcd',
        facet: 'node',
        from: minute(30),
        to: null,
        open: true,
        seconds: 600,
        fewestUp: 2,
      },
    ]);
    expect(report.summary).toMatchObject([{ observedSeconds: 2340, downSeconds: 1020, downtimes: 2 }]);
    const csv = await get<string>(`${services}/downtime?platform=quorum&threshold=2&to=${minute(40)}`, 'text/csv');
    expect(csv).toBe(
      `platform,service,facet,from,to,open,seconds,fewestUp\r\nquorum,etcd,node,${minute(7)},${minute(9)},false,120,1\r\n`,
    );
  });
});

describe('another organisation', () => {
  it('sees nothing of this one', async () => {
    await send({ start: 1, labels: { alertname: 'Secret' } });
    const [incident] = (await list('?tag=alertname%3DSecret')).items as [Incident];
    const token = await otherToken();
    for (const id of [incident.incidentId, incident.pk]) {
      expect((await service.request(`${path}/${id}`, { token })).status).toBe(404);
      expect((await service.request(`${path}/${id}/timeline`, { token })).status).toBe(404);
    }
    for (const url of [
      path,
      '/tocsin/v1/services/INS',
      '/tocsin/v1/services/INS/history',
      '/tocsin/v1/services/INS/downtime',
      '/tocsin/v1/dead-letters',
    ]) {
      const answer = await service.request(url, { token });
      expect(await answer.json()).toMatchObject({ items: [], cursor: null });
    }
    const rebuild = await service.request('/tocsin/v1/projections/incidents/rebuild', { token, method: 'POST' });
    expect(rebuild.status).toBe(403);
  });
});

async function otherToken(): Promise<string> {
  const maker = { ...tenant, tokenId: randomUUID() };
  return (await service.app.get(TokenAdministration).createOrganization('other', maker)).token;
}
