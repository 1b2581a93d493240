import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { Store, storeMigrations } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { type Claim, KEPT, LEASE, type Ledger } from './ledger.js';
import { MemoryLedger } from './memory-ledger.js';
import { ingestionMigrations } from './migrations/index.js';
import { PostgresLedger } from './postgres-ledger.js';

interface Twin {
  readonly ledger: Ledger;
  /** Lets the rows of `keys` age. */
  age(claims: readonly Claim[], seconds: number): Promise<void>;
  close(): Promise<void>;
}

function memory(): Promise<Twin> {
  const clock = new ManualClock(0);
  const ledger = new MemoryLedger(clock);
  const age = (_claims: readonly Claim[], seconds: number): Promise<void> =>
    Promise.resolve(clock.advance(seconds * 1000));
  return Promise.resolve({ ledger, age, close: () => Promise.resolve() });
}

async function postgres(): Promise<Twin> {
  const database: TestDatabase = await testDatabase();
  const migrations = [...storeMigrations, ...ingestionMigrations];
  const store = await Store.open({ url: database.url, schema: 'ingestion', migrations, applicationName: 'spec' });
  await store.migrate();
  const age = async (claims: readonly Claim[], seconds: number): Promise<void> => {
    await store.query(
      `update idempotency set created_at = created_at - $2 * interval '1 second', lease_until = lease_until - $2 * interval '1 second'
       where key = any($1::bytea[])`,
      [claims.map(({ key }) => key), seconds],
    );
  };
  const close = async (): Promise<void> => {
    await store.close();
    await database.drop();
  };
  return { ledger: new PostgresLedger(store), age, close };
}

function claim(body = 'body'): Claim {
  return { key: randomBytes(32), body: Buffer.from(body.padEnd(32)) };
}

describe.each([
  ['memory', memory],
  ['PostgreSQL', postgres],
])('the ledger in %s', (_name, open) => {
  let twin: Twin;
  beforeAll(async () => {
    twin = await open();
  }, 30_000);
  afterAll(() => twin?.close());

  it('gives a key to the first who asks, and the answer to all others', async () => {
    const one = claim();
    expect(await twin.ledger.look([one])).toEqual([{ state: 'mine' }]);
    expect(await twin.ledger.claim([one])).toEqual([{ state: 'mine' }]);
    expect(await twin.ledger.claim([one])).toEqual([{ state: 'pending' }]);
    await twin.ledger.settle([{ key: one.key, answer: { id: 'x', offset: 7 } }]);
    expect(await twin.ledger.claim([one])).toEqual([{ state: 'answered', answer: { id: 'x', offset: 7 } }]);
    expect(await twin.ledger.look([one])).toEqual([{ state: 'answered', answer: { id: 'x', offset: 7 } }]);
  });

  it('gives a key of two claims at the same time to one', async () => {
    const contested = claim();
    const standings = (await Promise.all(Array.from({ length: 20 }, () => twin.ledger.claim([contested])))).flat();
    expect(standings.filter(({ state }) => state === 'mine')).toHaveLength(1);
    expect(standings.filter(({ state }) => state === 'pending')).toHaveLength(19);
  });

  it('answers claims in their order, old and new ones mixed', async () => {
    const [old, busy, fresh, other] = [claim(), claim(), claim(), claim()];
    await twin.ledger.claim([old, busy, other]);
    await twin.ledger.settle([{ key: old.key, answer: 1 }]);
    const standings = await twin.ledger.claim([fresh, busy, { ...other, body: Buffer.alloc(32) }, old]);
    expect(standings.map(({ state }) => state)).toEqual(['mine', 'pending', 'conflict', 'answered']);
  });

  it('lets the same body take over what a dead process left, and no other', async () => {
    const left = claim();
    await twin.ledger.claim([left]);
    await twin.age([left], LEASE + 1);
    const another = { ...left, body: Buffer.alloc(32) };
    expect(await twin.ledger.claim([another])).toEqual([{ state: 'conflict' }]);
    expect(await twin.ledger.claim([left])).toEqual([{ state: 'mine' }]);
  });

  it('lets the same body try again at once after a failure, and any body after nothing was done', async () => {
    const [failed, untouched] = [claim(), claim()];
    await twin.ledger.claim([failed, untouched]);
    await twin.ledger.release([failed.key]);
    await twin.ledger.forget([untouched.key]);
    const others = [failed, untouched].map(({ key }) => ({ key, body: Buffer.alloc(32) }));
    expect((await twin.ledger.claim(others)).map(({ state }) => state)).toEqual(['conflict', 'mine']);
    expect(await twin.ledger.claim([failed])).toEqual([{ state: 'mine' }]);
  });

  it('keeps an answer when it is released or forgotten by mistake', async () => {
    const one = claim();
    await twin.ledger.claim([one]);
    await twin.ledger.settle([{ key: one.key, answer: 1 }]);
    await twin.ledger.release([one.key]);
    await twin.ledger.forget([one.key]);
    expect(await twin.ledger.claim([one])).toEqual([{ state: 'answered', answer: 1 }]);
  });

  it('forgets after a day', async () => {
    const one = claim();
    await twin.ledger.claim([one]);
    await twin.ledger.settle([{ key: one.key, answer: 1 }]);
    await twin.age([one], KEPT * 60 * 60 + 1);
    expect(await twin.ledger.sweep()).toBeGreaterThanOrEqual(1);
    expect(await twin.ledger.claim([one])).toEqual([{ state: 'mine' }]);
  });

  it('gives a key away whose day is over and that was not swept yet', async () => {
    const one = claim();
    await twin.ledger.claim([one]);
    await twin.ledger.settle([{ key: one.key, answer: 1 }]);
    await twin.age([one], KEPT * 60 * 60 + 1);
    expect(await twin.ledger.claim([{ ...one, body: Buffer.alloc(32) }])).toEqual([{ state: 'mine' }]);
  });
});
