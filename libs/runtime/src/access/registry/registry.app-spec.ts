import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventEnvelope } from '#libs/contracts';
import { ManualClock, RandomIds } from '#libs/core';
import { Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { accessMigrations } from '../migrations/index.js';
import { ensureFirstTenant, type Tenant } from '../organizations.js';
import { TokenAdministration } from '../token-administration.js';
import { announceOrganizations, registerStoredTokens } from './announce.js';
import { type RegistryUnit } from './registered.js';
import { compareRegistryEvents, restoreRegistry, restoreRegistrySequences } from './restore.js';
import { registerSource, registerSourceType, renameSource } from './sources.js';
import { registerPerson } from './accounts.js';

const clock = new ManualClock(Date.parse('2026-11-20T09:00:00Z'));
const shell = { clock, ids: new RandomIds() };
const now = clock.now();

interface Ground {
  readonly database: TestDatabase;
  readonly store: Store;
}

const grounds: Ground[] = [];

async function ground(): Promise<Ground> {
  const database = await testDatabase();
  const options = { schema: 'access', migrations: accessMigrations, applicationName: 'spec' };
  const store = await Store.open({ url: database.url, ...options });
  await store.migrate();
  grounds.push({ database, store });
  return { database, store };
}

let store: Store;
let tenant: Tenant;
const log: EventEnvelope[] = [];

function inUnit<T>(work: (unit: RegistryUnit) => Promise<T>): Promise<T> {
  return store.transaction((tx) => work({ tx, emit: (event) => log.push(event) }));
}

beforeAll(async () => {
  ({ store } = await ground());
  tenant = await store.transaction((tx) => ensureFirstTenant(tx, 'the-first-admin-token', shell));
}, 30_000);

afterAll(async () => {
  for (const { store, database } of grounds) {
    await store.close();
    await database.drop();
  }
});

const named = (name: string): EventEnvelope[] => log.filter((event) => event.name === name);

describe('what was made without a registry', () => {
  it('is put on the log once: the first organisation and whom its tokens speak for', async () => {
    const tokens = new TokenAdministration(store, { ...shell, random: randomBytes });
    const maker = { ...tenant, tokenId: shell.ids.next() };
    await tokens.create(maker, { name: 'nav1', kind: 'source', sourceType: 'NAV' });
    await tokens.create(maker, { name: 'nav1', kind: 'source', sourceType: 'nav', baseUrl: 'https://nav/' });
    for (let turn = 0; turn < 2; turn++) {
      await inUnit((unit) => announceOrganizations(unit));
      for (let count = 2; count === 2;) count = await inUnit((unit) => registerStoredTokens(unit, 2, now));
    }
    expect(named('OrganizationCreated').map(({ payload }) => payload)).toEqual([
      { ...tenant, name: 'default', first: true },
    ]);
    expect(named('PersonRegistered').map(({ payload }) => payload)).toMatchObject([
      { username: 'admin', login: 'admin' },
    ]);
    expect(named('SourceRegistered').map(({ payload }) => payload)).toMatchObject([
      { name: 'nav1', type: 'nav', baseUrl: '', username: 'nav1' },
      { name: 'nav1', type: 'nav', baseUrl: 'https://nav/', username: 'nav1' },
    ]);
    const ids = log.map(({ metadata }) => metadata.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a source', () => {
  it('that was renamed leaves its old name to another one', async () => {
    const old = await inUnit((unit) => registerSource(unit, tenant, { name: 'a', type: 't' }, now));
    const rename = (name: string) =>
      inUnit((unit) => renameSource(unit, tenant, { pk: old.pk, name, eventId: shell.ids.next() }, now));
    expect(await rename('b')).toEqual({ ...old, name: 'b' });
    const next = await inUnit((unit) => registerSource(unit, tenant, { name: 'a', type: 't' }, now));
    expect(next.pk).not.toBe(old.pk);
    expect(next.id).not.toBe(old.id);
    expect(await rename('a')).toBe('taken');
    expect(await rename('b')).toEqual({ ...old, name: 'b' });
    expect(named('SourceRenamed').map(({ payload }) => payload)).toMatchObject([{ name: 'b', previousName: 'a' }]);
  });

  it('of an organisation is not that of another', async () => {
    const unknown = { pk: 1, name: 'x', eventId: shell.ids.next() };
    const elsewhere = { organizationId: shell.ids.next(), projectId: shell.ids.next() };
    expect(await inUnit((unit) => renameSource(unit, elsewhere, unknown, now))).toBeUndefined();
  });

  it('is registered once by many at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        inUnit((unit) => registerSource(unit, tenant, { name: 'many', type: 't' }, now)),
      ),
    );
    expect(new Set(all.map(({ pk }) => pk)).size).toBe(1);
    expect(
      named('SourceRegistered').filter(({ payload }) => (payload as { name: string }).name === 'many'),
    ).toHaveLength(1);
  });
});

it('a database that was lost gets everything back from the log, and goes on with the numbers', async () => {
  await inUnit((unit) => registerPerson(unit, tenant, 'many', now));
  await inUnit((unit) => registerSourceType(unit, tenant, 'unused', now));
  const { store: other } = await ground();
  await other.transaction(async (tx) => {
    const read = [...log, ...log].reverse().sort(compareRegistryEvents);
    for (const event of read) await restoreRegistry(tx, event);
    await restoreRegistrySequences(tx);
  });
  for (const sql of [
    'select id, name, first, announced, created_at from access.organization',
    'select * from access.project',
    'select organization_id, name from access.source_type order by 2',
    'select pk, organization_id, kind, login, username from access.account order by pk',
    'select id, pk, organization_id, name, type, base_url, user_pk from access.source order by pk',
  ]) {
    expect((await other.query(sql)).rows).toEqual((await store.query(sql)).rows);
  }
  const next = { name: 'next', type: 't' };
  const made = await Promise.all(
    [store, other].map((one) =>
      one.transaction((tx) => registerSource({ tx, emit: () => undefined }, tenant, next, now)),
    ),
  );
  expect(made[1]).toEqual(made[0]);
}, 30_000);
