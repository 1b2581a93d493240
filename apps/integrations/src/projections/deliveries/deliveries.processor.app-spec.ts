import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { type EventEnvelope } from '#libs/contracts';
import { instantOfMillis } from '#libs/core';
import { type Received } from '#libs/runtime';
import { Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { migrations } from '../../migrations/index.js';
import { deliveriesProcessor } from './deliveries.processor.js';

const T = Date.parse('2026-11-20T10:00:00.000Z');
const processor = deliveriesProcessor('events-stream');
const fixture = (name: string): EventEnvelope[] =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.in.json`, import.meta.url), 'utf8')) as EventEnvelope[];

let database: TestDatabase;
const stores: Store[] = [];

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});

async function freshStore(): Promise<Store> {
  const schema = `run_${stores.length}`;
  const store = await Store.open({ url: database.url, schema, migrations, applicationName: 'spec', poolSize: 4 });
  stores.push(store);
  await store.migrate();
  return store;
}

async function apply(store: Store, partition: number, events: readonly EventEnvelope[], from = 0): Promise<void> {
  const batch = events.map((event, index): Received => {
    const position = { topic: 'events-stream', partition, offset: from + index };
    return { event, position, timestamp: T, known: true };
  });
  await store.transaction((tx) => processor.apply(batch, { tx, emit: () => {} }));
}

async function account(store: Store): Promise<unknown[]> {
  const { rows } =
    await store.query(`select delivery_id, integration_id, event_id, incident_id, state, reason, attempts,
    receipt, count, at, topic, partition, "offset", written_at, event_sequence from delivery order by integration_id, event_id`);
  return rows;
}

/** The event as another one, `minutes` after ten o'clock. */
function like(event: EventEnvelope, id: string, minutes: number, payload: object): EventEnvelope {
  const recordedAt = instantOfMillis(T + minutes * 60_000);
  return {
    ...event,
    payload: { ...(event.payload as object), ...payload },
    metadata: { ...event.metadata, id, recordedAt, time: recordedAt },
  };
}

const [created, paused, deleted] = fixture('configuration') as [EventEnvelope, EventEnvelope, EventEnvelope];
const [opened, closed] = fixture('incident') as [EventEnvelope, EventEnvelope];
const [delivered] = fixture('outcomes') as [EventEnvelope];

/** Three partitions: one of integrations and their records, two of incidents. Order holds within each only. */
const partitions: readonly (readonly EventEnvelope[])[] = [
  [
    created,
    like(created, 'n1', 0, { integrationId: 'narrow', filters: { minLevel: 1 } }),
    delivered,
    like(created, 'n2', 2, { integrationId: 'narrow', filters: {}, sequence: 2 }),
    like(paused, 'c2', 3, { sequence: 2 }),
    like(deleted, 'c3', 9, { sequence: 3 }),
    like(delivered, 'r9', 5, {
      deliveryId: 'back-fill',
      integrationId: 'late',
      eventId: 'e1',
      at: instantOfMillis(T + 300_000),
    }),
  ],
  [
    opened,
    closed,
    like(opened, 'o2', 8, { incidentId: 'second', sequence: 1 }),
    like(opened, 'o3', 20, { incidentId: 'third' }),
  ],
  [like(opened, 'o4', 4, { incidentId: 'fourth' }), like(closed, 'o5', 6, { incidentId: 'fourth' })],
];

/** Orders in which the partitions may be read, each as the partition of every next record. */
const interleavings: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2],
  [1, 1, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0],
  [0, 1, 2, 0, 1, 0, 2, 0, 1, 0, 0, 1, 0],
  [2, 0, 2, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1],
];

describe('the account', () => {
  const expected = [
    ['c38qlqlo0aeuocce9mi0', 'e1', 'delivered'],
    ['c38qlqlo0aeuocce9mi0', 'e2', 'pending'],
    ['c38qlqlo0aeuocce9mi0', 'o2', 'pending'],
    ['c38qlqlo0aeuocce9mi0', 'o4', 'pending'],
    ['c38qlqlo0aeuocce9mi0', 'o5', 'pending'],
    ['late', 'e1', 'delivered'],
    ['narrow', 'e2', 'pending'],
    ['narrow', 'o2', 'pending'],
    ['narrow', 'o3', 'pending'],
    ['narrow', 'o4', 'pending'],
    ['narrow', 'o5', 'pending'],
  ];

  it.each(interleavings.map((order) => [order.join(''), order] as const))(
    'is the same read as %s',
    async (_, order) => {
      const store = await freshStore();
      const next = partitions.map(() => 0);
      for (const partition of order) {
        const at = next[partition]!++;
        await apply(store, partition, [partitions[partition]![at]!], at);
      }
      const rows = (await account(store)) as { integration_id: string; event_id: string; state: string }[];
      expect(rows.map((row) => [row.integration_id, row.event_id, row.state])).toEqual(expected);
      expect(rows).toEqual(await account(stores[0]!));
    },
  );

  it('holds what a delivery process planned by itself as pending, until it is recorded', async () => {
    const store = await freshStore();
    const [planned] = fixture('planned') as [EventEnvelope];
    const recorded = like(delivered, 'r1', 1, { deliveryId: 'd1', at: instantOfMillis(T + 60_000) });
    const states = async (): Promise<unknown[]> => {
      const { rows } = await store.query<{ row: unknown[] }>(
        'select json_build_array(delivery_id, state, event_id, event_sequence) as row from delivery order by delivery_id',
      );
      return rows.map(({ row }) => row);
    };
    await apply(store, 0, [planned]);
    expect(await states()).toEqual(['d1', 'd2'].map((id) => [id, 'pending', 'e1', 1]));
    await apply(store, 0, [recorded, planned], 1);
    expect(await states()).toEqual([
      ['d1', 'delivered', 'e1', 1],
      ['d2', 'pending', 'e1', 1],
    ]);
  });

  it('has a notification once, for integrations of that source alone', async () => {
    const store = await freshStore();
    const said = { notificationId: 'n1', clusterId: 'c1', kind: 'k', severity: 'failure', message: 'm', details: {} };
    const raised = (id: string, notificationId = 'n1'): EventEnvelope => ({
      ...like(opened, id, 4, {}),
      name: 'NotificationRaised',
      payload: { ...said, notificationId },
    });
    await apply(store, 0, [created, like(created, 'n0', 0, { integrationId: 'noticed', source: 'notifications' })]);
    await apply(store, 1, [raised('r1'), raised('r1'), raised('r2'), raised('r3', 'n2')]);
    await apply(store, 1, [raised('r4')], 4);
    expect(await account(store)).toMatchObject(
      ['r1', 'r3'].map((id) => ({ integration_id: 'noticed', event_id: id, incident_id: null, state: 'pending' })),
    );
  });

  it('is the same read in batches, twice, and by several at once', async () => {
    const store = await freshStore();
    await Promise.all(partitions.map((events, partition) => apply(store, partition, events)));
    await Promise.all(partitions.map((events, partition) => apply(store, partition, events)));
    const reference = await freshStore();
    for (const [partition, events] of partitions.entries()) await apply(reference, partition, events);
    expect(await account(store)).toEqual(await account(reference));
  });
});
