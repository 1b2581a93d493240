import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultTopics, type EventEnvelope } from '#libs/contracts';
import { ManualClock } from '#libs/core';
import { type Received, Undecidable } from '#libs/runtime';
import { Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { issuesProcessor } from './issues.processor.js';
import { migrations } from './migrations/index.js';
import { minute as at } from './testing/alerts.js';
import { issueWorld } from './testing/issues.js';

let database: TestDatabase;
let store: Store;
const source = {
  ...{ id: 's1', pk: 2, name: 'detection', type: 'tocsin' },
  ...{ baseUrl: '', userPk: 4, username: 'detection' },
};
const processor = issuesProcessor({
  topics: defaultTopics,
  clock: new ManualClock(Date.UTC(2026, 10, 20, 10)),
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

const names = (events: readonly EventEnvelope[]): string[] => events.map(({ name }) => name);

describe('issues on the log', () => {
  it('become one incident each, whose state is kept between batches', async () => {
    const { opened, observed, closed } = issueWorld();
    expect(names(await decide(opened()))).toEqual(['IncidentOpened']);
    expect(names(await decide(observed({ sequence: 2 }), observed({ sequence: 3 })))).toEqual([
      'IncidentObserved',
      'IncidentObserved',
    ]);
    const [end] = await decide(closed({ sequence: 4 }));
    expect(end).toMatchObject({ name: 'IncidentClosed', payload: { sequence: 4, endTime: at(4), reason: 'resolved' } });
    expect(await decide(opened(), observed({ sequence: 2 }), closed({ sequence: 4 }))).toEqual([]);
  });

  it('of one subject, one after the other, are two incidents', async () => {
    const first = issueWorld();
    const second = issueWorld(first.organizationId);
    const events = await decide(first.opened(), first.closed({ sequence: 2 }), second.opened());
    expect(names(events)).toEqual(['IncidentOpened', 'IncidentClosed', 'IncidentOpened']);
    const pks = events.map(({ payload }) => (payload as { pk: number }).pk);
    expect(pks[0]).toBe(pks[1]);
    expect(pks[2]).not.toBe(pks[0]);
  });

  it('may hold any text: what is made of it can be stored', async () => {
    const { opened, observed } = issueWorld();
    const odd = { title: 'a\u0000b\ud800c', observed: { 'k\u0000': 'v\ud800' }, message: 'ü'.repeat(16_000) };
    const [open] = await decide(opened({ payload: odd }));
    expect(open?.payload).toMatchObject({ description: expect.stringContaining('a\ufffdb\ufffdc') });
    expect(names(await decide(observed({ sequence: 2, payload: odd })))).toEqual(['IncidentObserved']);
  });

  it('that lie in the future are refused', async () => {
    const { opened } = issueWorld();
    await expect(decide(opened({ minute: 122, said: 60 }))).rejects.toThrow(Undecidable);
  });
});
