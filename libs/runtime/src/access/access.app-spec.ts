import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CountingIds, ManualClock, RandomIds } from '#libs/core';
import { Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { tokenDirectory } from './access-store.js';
import { accessMigrations } from './migrations/index.js';
import { ensureFirstTenant } from './organizations.js';
import { StoredTenants } from './stored-tenants.js';
import { digestOf, makeToken, publicIdOf } from './token.js';
import { type Maker, TokenAdministration } from './token-administration.js';

const clock = new ManualClock(Date.parse('2026-11-20T09:00:00Z'));
const ids = new RandomIds();
const FIRST = 'first-admin-token-1';

let database: TestDatabase;
let store: Store;
let administration: TokenAdministration;
let maker: Maker;

beforeAll(async () => {
  database = await testDatabase();
  store = await Store.open({
    url: database.url,
    schema: 'access',
    migrations: accessMigrations,
    applicationName: 'spec',
  });
  await store.migrate();
  administration = new TokenAdministration(store, { clock, ids, random: randomBytes });
  const tenant = await store.transaction((tx) => ensureFirstTenant(tx, FIRST, { clock, ids }));
  maker = { ...tenant, tokenId: (await find(FIRST))!.principal.tokenId };
}, 30_000);

afterAll(async () => {
  await store?.close();
  await database?.drop();
});

const find = (token: string) =>
  tokenDirectory(store).find({ digest: digestOf(token), publicId: publicIdOf(token) ?? undefined });

describe('the first admin token', () => {
  it('runs the installation', async () => {
    expect((await find(FIRST))?.principal).toMatchObject({ kind: 'admin', installation: true, name: 'admin' });
  });

  it('gives way to another, and comes back', async () => {
    for (const [now, before] of [
      ['second-admin-token', FIRST],
      [FIRST, 'second-admin-token'],
    ] as const) {
      await store.transaction((tx) => ensureFirstTenant(tx, now, { clock, ids }));
      expect(await find(now)).toBeDefined();
      expect(await find(before)).toBeUndefined();
    }
    maker = { ...maker, tokenId: (await find(FIRST))!.principal.tokenId };
  });

  it('may have the form of a token of ours', async () => {
    const { token } = makeToken('admin', randomBytes(44));
    await store.transaction((tx) => ensureFirstTenant(tx, token, { clock, ids }));
    expect((await find(token))?.principal.installation).toBe(true);
    await store.transaction((tx) => ensureFirstTenant(tx, FIRST, { clock, ids }));
  });
});

describe('tokens', () => {
  it('are found by what they are, with all that they may', async () => {
    const { id, token } = await administration.create(maker, {
      name: 'prometheus',
      kind: 'source',
      sourceType: 'prometheus',
      partitions: ['p1', 'p2'],
      expiresAt: '2027-01-01T00:00:00.000Z',
    });
    expect(await find(token)).toEqual({
      expiresAt: Date.parse('2027-01-01T00:00:00.000Z'),
      principal: {
        organizationId: maker.organizationId,
        projectId: maker.projectId,
        tokenId: id,
        kind: 'source',
        name: 'prometheus',
        sourceType: 'prometheus',
        partitions: ['p1', 'p2'],
        installation: false,
      },
    });
  });

  it('with the right public id and another secret are nobody', async () => {
    const { token } = await administration.create(maker, { name: 'a', kind: 'user' });
    const publicId = publicIdOf(token)!;
    expect(await tokenDirectory(store).find({ digest: digestOf('other'), publicId })).toBeUndefined();
  });

  it('are not found once revoked; of another organisation they cannot be', async () => {
    const { id, token } = await administration.create(maker, { name: 'a', kind: 'reader' });
    const other = await administration.createOrganization('other', maker);
    expect(await administration.revoke(other.organizationId, id)).toBe(false);
    expect(await administration.read(other.organizationId, id)).toBeUndefined();
    expect(await find(token)).toBeDefined();
    expect(await administration.revoke(maker.organizationId, id)).toBe(true);
    expect(await find(token)).toBeUndefined();
    expect(await administration.read(maker.organizationId, id)).toBeUndefined();
  });

  it('are listed page by page, and never with what proves them', async () => {
    const { organizationId, projectId } = await administration.createOrganization('lists', maker);
    for (let i = 0; i < 4; i++) {
      clock.advance(1);
      await administration.create(
        { organizationId, projectId, tokenId: maker.tokenId },
        { name: `n${i}`, kind: 'user' },
      );
    }
    const first = await administration.list(organizationId, 3);
    const rest = await administration.list(organizationId, 3, first[2]);
    expect([...first, ...rest].map(({ name }) => name)).toEqual(['admin', 'n0', 'n1', 'n2', 'n3']);
    expect(Object.keys(first[0]!)).not.toContain('digest');
  });

  it('lie in the database only as digests', async () => {
    const { token } = await administration.create(maker, { name: 'a', kind: 'user' });
    const { rows } = await store.query<{ row: string }>('select token::text as row from token');
    expect(rows.some(({ row }) => row.includes(token) || row.includes(FIRST))).toBe(false);
  });
});

describe('tenants', () => {
  it('know the first, and others once they are made', async () => {
    const tenants = new StoredTenants(store);
    expect(await tenants.defaultTenant()).toEqual({ organizationId: maker.organizationId, projectId: maker.projectId });
    expect(tenants.isKnown(maker.organizationId)).toBe(true);
    expect(await tenants.isKnown(new CountingIds().next())).toBe(false);
    expect(tenants.isKnown('not-an-id')).toBe(false);
    const { organizationId, projectId } = await administration.createOrganization('acme', maker);
    expect(await tenants.isKnown(organizationId)).toBe(true);
    expect(tenants.isKnown(organizationId)).toBe(true);
    expect(await administration.hasProject(organizationId, projectId)).toBe(true);
    expect(await administration.hasProject(maker.organizationId, projectId)).toBe(false);
  });
});
