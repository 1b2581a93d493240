import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultTopics, type EventEnvelope, IncidentOpened, ServiceStatusChanged } from '#libs/contracts';
import { ManualClock, millisOf } from '#libs/core';
import { type Received, Undecidable } from '#libs/runtime';
import { Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { alertsProcessor } from './alerts.processor.js';
import { migrations } from './migrations/index.js';
import { StateConflict } from './sql/save-decisions.js';
import { minute as at } from './testing/alerts.js';
import { world } from './testing/world.js';

let database: TestDatabase;
let store: Store;
const clock = new ManualClock(Date.UTC(2026, 10, 20, 10));
const source = { id: 's1', pk: 2, name: 'am', type: 'alertmanager', baseUrl: '', userPk: 4, username: 'am' };
const processor = alertsProcessor({
  topics: defaultTopics,
  clock,
  afterResolve: new Map([['down', 'up']]),
  sources: { sourcesOfAlerts: (_unit, senders) => Promise.resolve(senders.map(() => source)) },
});

beforeAll(async () => {
  database = await testDatabase();
  store = await Store.open({ url: database.url, schema: 'incidents', migrations, applicationName: 'spec' });
  await store.migrate();
});

afterAll(async () => {
  await store?.close();
  await database?.drop();
});

async function decide(...batch: Received[]): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  await store.transaction((tx) => processor.apply(batch, { tx, emit: (event) => events.push(event) }));
  return events;
}

async function sweep(minute: number): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  await store.transaction((tx) =>
    processor.sweep!(3, millisOf(at(minute)), { tx, emit: (event) => events.push(event) }),
  );
  return events;
}

const names = (events: readonly EventEnvelope[]): string[] => events.map(({ name }) => name);

describe('a firing alert', () => {
  it('opens an incident and changes the status of its service, caused by its record', async () => {
    const { fired, organizationId } = world();
    const record = fired(1);
    const [opened, changed] = await decide(record);
    expect(opened).toMatchObject({
      name: 'IncidentOpened',
      payload: {
        sequence: 1,
        origin: 'alert',
        startTime: at(1),
        level: 1,
        description: 'scrape failed',
        source: { id: 'token-1', pk: 2, name: 'am', type: 'alertmanager' },
        eventPk: expect.any(Number),
        by: { userPk: 4, username: 'am', kind: 'source' },
        detailsUrl: 'http://prom/g',
        sourceIncidentId: expect.stringMatching(/^[0-9a-f]{16}\/2026-11-20T09:01:00.000Z$/),
        tags: expect.arrayContaining(['severity=critical']),
      },
      metadata: {
        organizationId,
        causationId: record.event.metadata.id,
        correlationId: record.event.metadata.id,
        source: 'incidents',
        time: at(1),
      },
    });
    expect(changed).toMatchObject({
      name: 'ServiceStatusChanged',
      payload: {
        partition: 'INS',
        key: 'INS/p1/etcd/node/10.0.0.1%3A2379',
        status: 'down',
        time: at(1),
        location: '10.0.0.1:2379',
      },
    });
  });

  it('changes nothing when it is repeated, in one batch or later', async () => {
    const { fired } = world();
    expect(names(await decide(fired(1), fired(1), fired(1, { expires: 9 })))).toEqual([
      'IncidentOpened',
      'ServiceStatusChanged',
    ]);
    expect(await decide(fired(1), fired(2))).toEqual([]);
  });

  it('that says that its service is well opens no incident', async () => {
    const { fired } = world();
    expect(names(await decide(fired(1, { own: { status: 'Up' } })))).toEqual(['ServiceStatusChanged']);
  });

  it('without the service labels opens an incident and records no status', async () => {
    const { fired, resolved } = world();
    expect(names(await decide(fired(1, { own: { facet: '' } })))).toEqual(['IncidentOpened']);
    expect(names(await decide(resolved(1, 3, { facet: '' })))).toEqual(['IncidentClosed']);
  });

  it('may hold any text: what is made of it can be stored and read', async () => {
    const { fired } = world();
    const own = { description: 'a\u0000b\ud800c', platform: 'ü'.repeat(16_000), 'Odd Name\u0000': 'x' };
    const [opened, changed] = await decide(fired(1, { own }));
    expect(IncidentOpened.schema.safeParse(opened?.payload).success).toBe(true);
    expect(ServiceStatusChanged.schema.safeParse(changed?.payload).success).toBe(true);
    expect(changed?.payload).toMatchObject({ description: 'a\ufffdb\ufffdc' });
  });

  it('cannot start more than an hour ahead', async () => {
    const { fired } = world();
    await expect(decide(fired(61, { said: 0 }))).rejects.toThrow(Undecidable);
    expect(names(await decide(fired(59, { said: 0 })))).toHaveLength(2);
  });
});

describe('a resolved alert', () => {
  it('closes the incident and means up', async () => {
    const { fired, resolved } = world();
    const [opened] = await decide(fired(1));
    const [closed, changed] = await decide(resolved(1, 5));
    expect(closed).toMatchObject({
      name: 'IncidentClosed',
      payload: {
        incidentId: (opened?.payload as { incidentId: string }).incidentId,
        sequence: 2,
        endTime: at(5),
        reason: 'resolved',
      },
    });
    expect(changed).toMatchObject({
      name: 'ServiceStatusChanged',
      payload: { status: 'up', previousStatus: 'down', time: at(5) },
    });
    expect(await decide(resolved(1, 5), fired(1))).toEqual([]);
  });

  it('that comes before its firing gives one closed incident', async () => {
    const { fired, resolved } = world();
    expect(names(await decide(resolved(1, 5)))).toEqual([
      'IncidentOpened',
      'IncidentClosed',
      'ServiceStatusChanged',
      'ServiceStatusChanged',
    ]);
    expect(await decide(fired(1, { said: 6 }))).toEqual([]);
  });

  it('leads to the next occurrence, which names its predecessor', async () => {
    const { fired, resolved } = world();
    const [first] = await decide(fired(1), resolved(1, 3));
    const [next] = await decide(fired(7));
    expect(next).toMatchObject({
      name: 'IncidentOpened',
      payload: { predecessor: (first?.payload as { incidentId: string }).incidentId },
    });
  });
});

describe('an alert nobody refreshes', () => {
  it('expires by the sweep of its partition, and says nothing of its service', async () => {
    const { fired } = world();
    const [opened] = await decide(fired(1, { expires: 5 }));
    expect(await sweep(4)).toEqual([]);
    const events = await sweep(6);
    expect(events).toMatchObject([
      {
        name: 'IncidentClosed',
        payload: { endTime: at(5), reason: 'expired' },
        metadata: { causationId: opened?.metadata.causationId },
      },
    ]);
    expect(await sweep(7)).toEqual([]);
  });
});

describe('the history of a service', () => {
  it('takes a late observation at its own time, in another batch', async () => {
    const { fired } = world();
    await decide(fired(1, { own: { status: 'up' } }));
    await decide(fired(10, { own: { status: 'up', alertname: 'Other' } }));
    const events = await decide(fired(5, { own: { status: 'degraded' }, said: 11 }));
    expect(events.map(({ name, payload }) => ({ name, ...(payload as object) }))).toMatchObject([
      { name: 'IncidentOpened' },
      { name: 'ServiceStatusChanged', status: 'degraded', time: at(5), late: true, previousStatus: 'up' },
      { name: 'ServiceStatusChanged', status: 'up', time: at(10), late: true, previousStatus: 'degraded' },
    ]);
    expect(names(await decide(fired(7, { own: { status: 'down' }, said: 12 })))).toEqual([
      'IncidentOpened',
      'ServiceStatusChanged',
    ]);
  });

  it('is put right when ends are told in the wrong order', async () => {
    const { fired, resolved } = world();
    await decide(fired(1), fired(2, { own: { alertname: 'B' } }));
    expect(names(await decide(resolved(2, 10, { alertname: 'B' })))).toEqual(['IncidentClosed']);
    const events = await decide(resolved(1, 5));
    expect(events.slice(1)).toMatchObject([{ name: 'ServiceStatusChanged', payload: { status: 'up', time: at(10) } }]);
  });
});

describe('two writers of one alert', () => {
  it('cannot both win', async () => {
    const { fired } = world();
    const outcomes = await Promise.allSettled([decide(fired(1)), decide(fired(1, { partition: 4 }))]);
    const emitted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? names(outcome.value) : []));
    expect(emitted).toEqual(['IncidentOpened', 'ServiceStatusChanged']);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StateConflict);
  });

  it('are told apart by version', async () => {
    const { fired, resolved } = world();
    await decide(fired(1));
    const stale = store.transaction(async (tx) => {
      const slow = { tx: { ...tx, query: tx.query.bind(tx), copyIn: tx.copyIn.bind(tx) }, emit: () => undefined };
      const query = slow.tx.query;
      let interfered = false;
      slow.tx.query = async (sql, parameters) => {
        const result = await query(sql, parameters);
        if (!interfered) {
          interfered = true;
          await decide(resolved(1, 4));
        }
        return result as never;
      };
      await processor.apply([resolved(1, 5)], slow);
    });
    await expect(stale).rejects.toThrow(StateConflict);
  });
});
