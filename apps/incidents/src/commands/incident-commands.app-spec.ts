import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestService, type TestService, until } from '#libs/testing';
import { Store } from '#libs/store';
import { findIncident, findIncidentEvents, findIncidents } from '../projections/incidents/incidents.query.js';
import { incidentsService } from '../service.js';
import { firstTenantOf } from '../testing/alerts.js';
import { type Caller, type Done, IncidentCommands, type OpenIncident } from './incident-commands.js';

let service: TestService;
let commands: IncidentCommands;
let store: Store;
let nav: Caller;
let jane: Caller;
const source = { id: 's1', pk: 2, name: 'nav1', type: 'nav' };
const start = '2026-11-20T09:38:13.321456Z';
const now = '2026-11-20T12:00:00.000Z';

beforeAll(async () => {
  service = await createTestService(incidentsService);
  commands = service.app.get(IncidentCommands);
  store = service.app.get(Store);
  const tenant = await firstTenantOf(service);
  nav = { ...tenant, by: { userPk: 4, username: 'nav1', kind: 'source' }, superuser: false };
  jane = { ...tenant, by: { userPk: 7, username: 'jane', kind: 'person' }, superuser: false };
}, 60_000);

afterAll(() => service?.stop());

let ids = 0;
const open = async (own: Partial<OpenIncident> = {}): Promise<Done> => {
  const result = await commands.open(nav, {
    source,
    startTime: start,
    sourceIncidentId: `id ${++ids}`,
    description: 'sw1 down',
    tags: ['host=sw1'],
    ...own,
  });
  if (result.refusal) throw new Error(JSON.stringify(result.refusal));
  return result;
};
const read = (pk: number) => findIncident(store, nav.organizationId, String(pk), now);

describe('an incident', () => {
  it('is shown as soon as it is opened', async () => {
    const { incident, events } = await open({ metadata: { b: 1, a: 2 }, level: 3 });
    expect(incident).toMatchObject({ open: true, endTime: 'infinity', startTime: start, level: 3, source });
    expect(incident.tags).toEqual([{ tag: 'host=sw1', addedBy: 4, addedTime: incident.openedAt }]);
    expect(events).toEqual([expect.objectContaining({ type: 'STA', incidentPk: incident.pk, timestamp: start })]);
    expect(await read(incident.pk)).toEqual(incident);
    expect(JSON.stringify((await read(incident.pk))!.metadata)).toBe('{"b":1,"a":2}');
    expect(await findIncidentEvents(store, nav.organizationId, incident.incidentId)).toEqual(events);
  });

  it('goes through its life, each step shown at once', async () => {
    const { incident } = await open();
    const steps = [
      () => commands.acknowledge(jane, incident.pk, { description: 'on it', expiration: null }),
      () => commands.change(jane, incident.pk, { level: 1, tags: ['host=sw1', 'team=net'], description: 'worse' }),
      () => commands.post(nav, incident.pk, { type: 'END', timestamp: '2026-11-20T10:00:00.000Z' }),
      () => commands.post(jane, incident.pk, { type: 'REO', description: 'not yet' }),
      () => commands.addTag(jane, incident.pk, 'a=b'),
      () => commands.removeTag(nav, incident.pk, 'host=sw1'),
    ];
    for (const step of steps) {
      const result = (await step()) as Done;
      expect(await findIncident(store, nav.organizationId, String(incident.pk), result.incident.updatedAt)).toEqual(
        result.incident,
      );
    }
    const events = await findIncidentEvents(store, nav.organizationId, incident.incidentId);
    expect(events.map(({ type, actor }) => `${type} ${actor?.username}`)).toEqual(
      expect.arrayContaining(['STA nav1', 'ACK jane', 'CHI jane', 'END nav1', 'REO jane']),
    );
    expect(events).toHaveLength(7);
    expect(await read(incident.pk)).toMatchObject({ acked: true, open: true, level: 1, sequence: 9 });
  });

  it('of one id of a source is opened once, also by two at once', async () => {
    const both = await Promise.all(
      [1, 2].map(() => commands.open(nav, { source, startTime: start, sourceIncidentId: 'twice', tags: [] })),
    );
    expect(both.map(({ refusal }) => refusal?.code)).toEqual([undefined, 'duplicate-source-incident-id']);
    const again = await commands.open(nav, { source, startTime: start, sourceIncidentId: 'twice', tags: [] });
    expect(again.refusal).toEqual({ code: 'duplicate-source-incident-id', sourceIncidentId: 'twice', sourcePk: 2 });
    await open({ sourceIncidentId: 'twice', source: { ...source, pk: 3 } });
    await Promise.all([open({ sourceIncidentId: '' }), open({ sourceIncidentId: '' })]);
  });

  it('that is unknown, or another organisation\u2019s, is refused', async () => {
    const { incident } = await open();
    const other = { ...jane, organizationId: '00000000-0000-7000-8000-000000000000' };
    expect(await commands.post(other, incident.pk, { type: 'CLO' })).toEqual({
      refusal: { code: 'unknown-incident', pk: incident.pk },
    });
    expect(await commands.post(jane, 999_999_999, { type: 'CLO' })).toEqual({
      refusal: { code: 'unknown-incident', pk: 999_999_999 },
    });
  });

  it('is changed in the order of the commands, however many come at once', async () => {
    const { incident } = await open();
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => commands.post(jane, incident.pk, { type: 'OTH', description: `${n}` })),
    );
    const sequences = results.map((result) => (result as Done).incident.sequence);
    expect([...sequences].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n + 2));
    const events = await findIncidentEvents(store, nav.organizationId, incident.incidentId);
    expect(new Set(events.map(({ pk }) => pk)).size).toBe(201);
  });

  it('is done with many in bulk, those that are not there told', async () => {
    const pks = (await Promise.all([open(), open()])).map(({ incident }) => incident.pk);
    const results = await commands.bulk(jane, [...pks, 999_999_999], { what: 'event', event: { type: 'CLO' } });
    expect([...results].map(([pk, result]) => [pk, result.refusal?.code ?? (result as Done).incident.open])).toEqual([
      [pks[0], false],
      [pks[1], false],
      [999_999_999, 'unknown-incident'],
    ]);
  });
});

it('all of it comes on the log, and the read model folded from there is the same', async () => {
  const filter = { now };
  const page = { order: 'asc' as const, limit: 1000 };
  const shown = await findIncidents(store, nav.organizationId, filter, page);
  const { status } = await service.request('/tocsin/v1/projections/incidents/rebuild', { method: 'POST' });
  expect(status).toBe(202);
  const isLive = async (): Promise<boolean> => {
    const { items } = (await (await service.request('/tocsin/v1/projections')).json()) as {
      items: { name: string; state: string }[];
    };
    return items.find(({ name }) => name === 'incidents')?.state === 'live';
  };
  await until(isLive, { what: 'the rebuild to end' });
  expect(await findIncidents(store, nav.organizationId, filter, page)).toEqual(shown);
});
