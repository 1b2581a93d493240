import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase, until } from '#libs/testing';
import { storeMigrations } from '../migrations/index.js';
import { Store } from '../store.js';
import { deleteCheckpoints } from './delete-checkpoints.js';
import { type CheckpointId, moveCheckpoint } from './move-checkpoint.js';
import { readCheckpoints } from './read-checkpoints.js';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await Store.open({ url: database.url, schema: 'spec', migrations: storeMigrations, applicationName: 'spec' });
  await store.migrate();
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

const id = (processor: string, partition = 0, topicId = 'a'): CheckpointId => ({
  processor,
  topic: 'events',
  topicId,
  partition,
});

describe('a checkpoint', () => {
  it('is claimed once, then moves only from where it is', async () => {
    expect(await moveCheckpoint(store, id('once'), undefined, 5)).toBe(true);
    expect(await moveCheckpoint(store, id('once'), undefined, 9)).toBe(false);
    expect(await moveCheckpoint(store, id('once'), 4, 9)).toBe(false);
    expect(await moveCheckpoint(store, id('once'), 5, 9)).toBe(true);
    expect(await moveCheckpoint(store, id('once'), 9, 9)).toBe(true);
    expect(await readCheckpoints(store, 'once', 'events')).toMatchObject([
      { topicId: 'a', partition: 0, nextOffset: 9 },
    ]);
  });

  it('is one per processor, partition and identity of the topic', async () => {
    await moveCheckpoint(store, id('many', 0), undefined, 1);
    await moveCheckpoint(store, id('many', 1), undefined, 2);
    await moveCheckpoint(store, id('many', 0, 'b'), undefined, 3);
    await moveCheckpoint(store, id('other', 0), undefined, 4);
    const rows = await readCheckpoints(store, 'many', 'events');
    expect(rows.map(({ nextOffset }) => nextOffset).sort()).toEqual([1, 2, 3]);
    await deleteCheckpoints(store, 'many');
    expect(await readCheckpoints(store, 'many', 'events')).toEqual([]);
    expect(await readCheckpoints(store, 'other', 'events')).toHaveLength(1);
  });

  it.each([
    ['the first', undefined],
    ['a later', 7],
  ])('lets one of two owners pass with %s batch, and the other one wait for it', async (_, expected) => {
    const mine = id(`race-${expected}`);
    if (expected !== undefined) await moveCheckpoint(store, mine, undefined, expected);
    let second: Promise<boolean> | undefined;
    await store.transaction(async (tx) => {
      expect(await moveCheckpoint(tx, mine, expected, 20)).toBe(true);
      second = moveCheckpoint(store, mine, expected, 30);
      await waiting();
    });
    expect(await second).toBe(false);
  });

  it('lets the second pass where the first rolls back', async () => {
    await moveCheckpoint(store, id('back'), undefined, 1);
    let second: Promise<boolean> | undefined;
    const first = store.transaction(async (tx) => {
      await moveCheckpoint(tx, id('back'), 1, 20);
      second = moveCheckpoint(store, id('back'), 1, 30);
      await waiting();
      throw new Error('gone');
    });
    await expect(first).rejects.toThrow('gone');
    expect(await second).toBe(true);
  });
});

async function waiting(): Promise<void> {
  await until(async () => {
    const { rowCount } = await store.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount > 0;
  });
}
