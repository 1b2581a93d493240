import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase, until } from '#libs/testing';
import { storeMigrations } from '../migrations/index.js';
import { ASIDE, SHARDS, shardOf } from '../shard.js';
import { Store } from '../store.js';
import { type OutboxRecord } from '../tx.js';
import { deleteOutbox } from './delete-outbox.js';
import { insertOutbox } from './insert-outbox.js';
import { outboxDepth } from './outbox-depth.js';
import { ownShards } from './own-shards.js';
import { readOutbox } from './read-outbox.js';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await Store.open({ url: database.url, schema: 'spec', migrations: storeMigrations, applicationName: 'spec' });
  await store.migrate();
});

beforeEach(async () => {
  await store.query('truncate outbox');
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

const all = new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, 0]));

function record(key: string, value: string | Buffer = key, headers: Record<string, string> = {}): OutboxRecord {
  return { topic: 'events', key, headers, value };
}

/** A key of the same shard as `like`, but another one. */
function sameShard(like: string): string {
  for (let i = 0; ; i++) if (shardOf(`key-${i}`) === shardOf(like)) return `key-${i}`;
}

function otherShard(like: string): string {
  for (let i = 0; ; i++) if (shardOf(`key-${i}`) !== shardOf(like)) return `key-${i}`;
}

const insert = (...records: OutboxRecord[]) => store.transaction((tx) => insertOutbox(tx, 'spec', records));

async function blocked(): Promise<void> {
  await until(async () => {
    const { rowCount } = await store.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
    );
    return rowCount > 0;
  });
}

describe('the outbox', () => {
  it('gives back what was put in, in order', async () => {
    const hostile = ['', 'plain', '{"a":"\\u0000\\\\x"}', '\\x00', 'nul\0nul', 'äöü 😀', '"{},\\', '\n'];
    const records = hostile.map((text, i) => record(`k${i}${text}`, text, { id: text, n: String(i) }));
    records.push(record('bytes', Buffer.from([0, 1, 0xff, 0x5c, 0xc3]), {}));
    const shards = await insert(...records);
    expect(shards).toEqual(new Set(records.map(({ key }) => shardOf(key))));
    const rows = await readOutbox(store, all);
    expect(rows.map(({ key }) => key.toString())).toEqual(records.map(({ key }) => key));
    expect(rows.map(({ value }) => value)).toEqual(records.map(({ value }) => Buffer.from(value)));
    expect(rows.map(({ headers }) => headers)).toEqual(records.map(({ headers }) => headers));
    expect(rows.map(({ shard }) => shard)).toEqual(records.map(({ key }) => shardOf(key)));
  });

  it('does nothing for no records', async () => {
    expect(await insert()).toEqual(new Set());
  });

  it('keeps the order of a thousand', async () => {
    await insert(...Array.from({ length: 1000 }, (_, i) => record(`k${i % 7}`, String(i))));
    const read: string[] = [];
    const after = new Map(all);
    for (;;) {
      const rows = await readOutbox(store, after);
      if (rows.length === 0) break;
      for (const { shard, id } of rows) after.set(shard, id);
      read.push(...rows.map(({ key, value }) => `${key.toString()} ${value.toString()}`));
      await deleteOutbox(store, rows);
    }
    for (let key = 0; key < 7; key++) {
      const ofKey = read.filter((each) => each.startsWith(`k${key} `)).map((each) => Number(each.split(' ')[1]));
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
    }
    expect(read).toHaveLength(1000);
    expect(await outboxDepth(store, 10)).toBe(0);
  });

  it('bounds what is read at once by bytes, but always reads one', async () => {
    const large = Buffer.alloc(200 * 1024, 'x');
    await insert(...Array.from({ length: 5 }, () => record('same', large)), record('same', 'small'));
    expect(await readOutbox(store, all)).toHaveLength(2);
    await store.query('truncate outbox');
    await insert(record('same', Buffer.alloc(900_000)), record('same', 'next'));
    expect(await readOutbox(store, all)).toHaveLength(1);
  });

  it('reads only the shards that are asked for, and only after the id given', async () => {
    await insert(record('a', '1'), record('a', '2'), record(otherShard('a'), '3'));
    const [first] = await readOutbox(store, new Map([[shardOf('a'), 0]]));
    expect(first?.value.toString()).toBe('1');
    const rest = await readOutbox(store, new Map([[shardOf('a'), first!.id]]));
    expect(rest.map(({ value }) => value.toString())).toEqual(['2']);
    expect(await readOutbox(store, new Map())).toEqual([]);
  });

  it('keeps apart what is to be published apart', async () => {
    expect(await insert({ ...record('a'), aside: true })).toEqual(new Set([ASIDE]));
    expect(await readOutbox(store, all)).toEqual([]);
    expect(await readOutbox(store, new Map([[ASIDE, 0]]))).toHaveLength(1);
  });

  it('counts up to a limit', async () => {
    await insert(...Array.from({ length: 12 }, (_, i) => record(`k${i}`)));
    expect(await outboxDepth(store, 5)).toBe(5);
    expect(await outboxDepth(store, 100)).toBe(12);
    expect(await outboxDepth(store, 100, [shardOf('k1')])).toBeGreaterThan(0);
    expect(await outboxDepth(store, 100, [ASIDE])).toBe(0);
  });
});

describe('several writers', () => {
  it('cannot overtake each other in a shard: who inserts first is committed first', async () => {
    const [key, neighbour] = ['a', sameShard('a')];
    let late: Promise<unknown> | undefined;
    let seen: readonly unknown[] = ['not looked'];
    await store.transaction(async (tx) => {
      await insertOutbox(tx, 'spec', [record(key, 'first to insert')]);
      late = insert(record(neighbour, 'second to insert'));
      await blocked();
      seen = await readOutbox(store, all);
    });
    await late;
    expect(seen).toEqual([]);
    const rows = await readOutbox(store, all);
    expect(rows.map(({ value }) => value.toString())).toEqual(['first to insert', 'second to insert']);
  });

  it('do not wait for each other in different shards', async () => {
    await store.transaction(async (tx) => {
      await insertOutbox(tx, 'spec', [record('a', 'slow')]);
      await insert(record(otherShard('a'), 'quick'));
      expect((await readOutbox(store, all)).map(({ value }) => value.toString())).toEqual(['quick']);
    });
  });

  it('never block each other for good, whatever the order of their keys', async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
    const writers = Array.from({ length: 30 }, (_, w) => {
      const own = w % 2 === 0 ? keys : keys.toReversed();
      return insert(...own.map((key) => record(key, `${w}`)));
    });
    await Promise.all(writers);
    expect(await outboxDepth(store, 10_000)).toBe(1200);
  });

  it('hide nothing from a reader that goes on after the last id it saw', async () => {
    const total = 400;
    let next = 0;
    const writer = async () => {
      while (next < total) {
        const n = next++;
        await store.transaction(async (tx) => {
          await insertOutbox(tx, 'spec', [record(`k${n % 5}`, String(n))]);
          if (n % 3 === 0) await tx.query('select pg_sleep(0.002)');
        });
      }
    };
    const writers = Promise.all(Array.from({ length: 5 }, writer));
    const after = new Map(all);
    const seen = new Set<string>();
    await until(
      async () => {
        for (const { shard, id, value } of await readOutbox(store, after)) {
          after.set(shard, id);
          seen.add(value.toString());
        }
        return seen.size === total;
      },
      { interval: 0, what: 'the reader saw every row' },
    );
    await writers;
  });
});

describe('shards', () => {
  it('belong to one session, which keeps them until it ends', async () => {
    const [one, two] = [await store.dedicated(), await store.dedicated()];
    const tx = (client: typeof one) => ({
      query: async (sql: string, parameters?: readonly unknown[]) => {
        const { rows, rowCount } = await client.query(sql, parameters as unknown[]);
        return { rows, rowCount: rowCount ?? 0 } as never;
      },
    });
    const own = await ownShards(tx(one), 'spec', new Set());
    expect(own).toHaveLength(SHARDS + 1);
    expect(await ownShards(tx(one), 'spec', new Set(own))).toEqual([]);
    expect(await ownShards(tx(two), 'spec', new Set())).toEqual([]);
    expect(await ownShards(tx(two), 'elsewhere', new Set())).toHaveLength(SHARDS + 1);
    await insert(record('a'));
    await one.end();
    const taken = await until(async () => {
      const got = await ownShards(tx(two), 'spec', new Set());
      return got.length > 0 && got;
    });
    expect(taken).toHaveLength(SHARDS + 1);
    await two.end();
  });
});
