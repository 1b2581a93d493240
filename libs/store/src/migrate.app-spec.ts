import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { schemaDump, testDatabase, type TestDatabase } from '#libs/testing';
import { type QueryRunner } from 'typeorm';
import { type MigrationClass, SchemaTooNew } from './migrate.js';
import { storeMigrations } from './migrations/index.js';
import { Store } from './store.js';

let database: TestDatabase;
const stores: Store[] = [];

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});

async function open(schema: string, migrations: readonly MigrationClass[]): Promise<Store> {
  const store = await Store.open({
    url: database.url,
    schema,
    migrations,
    applicationName: 'migrate-spec',
    poolSize: 2,
  });
  stores.push(store);
  return store;
}

class Later1800000000000 {
  name = 'Later1800000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table later (id integer)');
  }
  async down(): Promise<void> {}
}

class Broken1810000000000 {
  name = 'Broken1810000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table half (id integer)');
    await runner.query('create table later (id integer)');
  }
  async down(): Promise<void> {}
}

describe('migrations', () => {
  it('make the tables that schema.sql says', async () => {
    const store = await open('golden', storeMigrations);
    await store.migrate();
    expect(await schemaDump(store)).toBe(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'));
  });

  it('run once, however many processes begin together', async () => {
    const all = await Promise.all(
      Array.from({ length: 5 }, () => open('together', [...storeMigrations, Later1800000000000])),
    );
    await Promise.all(all.map((store) => store.migrate()));
    const { rows } = await all[0]!.query('select name from migrations order by id');
    expect(rows.map(({ name }) => name)).toEqual([
      'Checkpoint1763600000000',
      'Outbox1763600000001',
      'Later1800000000000',
    ]);
  });

  it('do nothing the second time, and add what is new', async () => {
    await (await open('grows', storeMigrations)).migrate();
    const newer = await open('grows', [...storeMigrations, Later1800000000000]);
    await newer.migrate();
    await newer.migrate();
    expect((await newer.query('select name from migrations')).rowCount).toBe(3);
  });

  it('refuse a schema that a newer version made', async () => {
    await (await open('newer', [...storeMigrations, Later1800000000000])).migrate();
    const older = (await open('newer', storeMigrations)).migrate();
    await expect(older).rejects.toThrow(SchemaTooNew);
    await expect(older).rejects.toThrow('schema newer holds Later1800000000000');
  });

  it('leave nothing of the one that fails, and keep those before it', async () => {
    const store = await open('fails', [...storeMigrations, Later1800000000000, Broken1810000000000]);
    await expect(store.migrate()).rejects.toMatchObject({ message: expect.stringContaining('already exists') });
    expect(await schemaDump(store)).toContain('create table later');
    expect(await schemaDump(store)).not.toContain('create table half');
    await (await open('fails', [...storeMigrations, Later1800000000000])).migrate();
  });
});
