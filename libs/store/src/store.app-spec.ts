import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testDatabase, type TestDatabase, until } from '#libs/testing';
import { copyRow } from './copy.js';
import { storeMigrations } from './migrations/index.js';
import { Store } from './store.js';
import { CommitUnknown, isTransient } from './transient.js';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await open();
  await store.migrate();
  await store.query('create table thing (id integer primary key, name text, doc jsonb, bytes bytea, at timestamptz)');
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

function open(schema = 'spec', poolSize = 4): Promise<Store> {
  return Store.open({
    url: database.url,
    schema,
    migrations: storeMigrations,
    applicationName: 'store-spec',
    poolSize,
  });
}

describe('a store', () => {
  it('works in its own schema and in UTC, with time-outs', async () => {
    const { rows } = await store.query<Record<string, string>>(
      `select current_schema() as schema, current_setting('timezone') as zone, current_setting('application_name') as name,
              current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock`,
    );
    expect(rows[0]).toEqual({ schema: 'spec', zone: 'UTC', name: 'store-spec', statement: '30s', lock: '10s' });
  });

  it('keeps its own settings beside those that the URL brings along', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c work_mem=5MB -c search_path=public');
    const other = await Store.open({ ...locationOf('spec'), url: url.toString() });
    const { rows } = await other.query(`select current_setting('work_mem') as memory, current_schema() as schema`);
    expect(rows).toEqual([{ memory: '5MB', schema: 'spec' }]);
    await other.close();
  });

  it('reads instants to the microsecond, and counts as numbers', async () => {
    const { rows } = await store.query(
      `select count(*) as count, '2026-11-20T10:38:13.321455+01:00'::timestamptz as at, date '2026-11-20' as day`,
    );
    expect(rows[0]).toEqual({ count: 1, at: '2026-11-20T09:38:13.321455Z', day: '2026-11-20' });
  });

  it('shares its pool with TypeORM', async () => {
    expect(await (await store.dataSource()).query('select current_schema() as schema')).toEqual([{ schema: 'spec' }]);
    expect(store.poolStats().waiting).toBe(0);
  });

  it('refuses a schema that is not a plain name', async () => {
    await expect(open('x; drop table y')).rejects.toThrow('not a plain lower-case name');
  });

  it('keeps its password out of errors', async () => {
    const url = new URL(database.url);
    url.password = 'hunter2-not-the-password';
    const failed = await Store.open({ ...locationOf('spec'), url: url.toString() }).catch((error: Error) => error);
    expect(failed).toBeInstanceOf(Error);
    expect(isTransient(failed)).toBe(true);
    expect(`${JSON.stringify(failed)}${(failed as Error).stack}`).not.toContain('hunter2');
  });
});

describe('a transaction', () => {
  it('keeps all or nothing', async () => {
    await store.transaction((tx) => tx.query('insert into thing (id) values (1)'));
    const failed = store.transaction(async (tx) => {
      await tx.query('insert into thing (id) values (2)');
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    const { rows } = await store.query('select id from thing where id in (1, 2)');
    expect(rows).toEqual([{ id: 1 }]);
  });

  it('fails when a statement failed and nobody minded', async () => {
    const swallowed = store.transaction(async (tx) => {
      await tx.query('insert into thing (id) values (3)');
      await tx.query('select 1 / 0').catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('nothing was committed');
    expect((await store.query('select 1 from thing where id = 3')).rowCount).toBe(0);
  });

  it('cannot be used when it has ended', async () => {
    const leaked = await store.transaction((tx) => Promise.resolve(tx));
    await expect(leaked.query('select 1')).rejects.toThrow('has ended');
    await expect(leaked.copyIn('copy thing from stdin', [])).rejects.toThrow('has ended');
  });

  it('survives the end of its connection, and so does the pool', async () => {
    const cut = store.transaction(async (tx) => {
      await tx.query('insert into thing (id) values (4)');
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await store.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await tx.query('select 1');
    });
    const error = await cut.catch((each: unknown) => each);
    expect(isTransient(error)).toBe(true);
    expect((await store.query('select 1 from thing where id = 4')).rowCount).toBe(0);
  });

  it('says so when the answer to COMMIT was lost', async () => {
    const cut = store.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await tx.query('create temp table slow (id integer) on commit drop');
      // The backend is ended while it works at the commit: its client cannot know what became of it.
      await tx.query(`create function pg_temp.end_me() returns trigger language plpgsql as
        'begin perform pg_terminate_backend(${rows[0]!.pid}); perform pg_sleep(5); return null; end'`);
      await tx.query(`create constraint trigger last after insert on slow deferrable initially deferred
        for each row execute function pg_temp.end_me()`);
      await tx.query('insert into slow values (1)');
    });
    await expect(cut).rejects.toBeInstanceOf(CommitUnknown);
    await store.ping();
  });

  it('tells a refused commit from a lost one', async () => {
    await store.query('create table child (thing integer references thing deferrable initially deferred)');
    const refused = store.transaction((tx) => tx.query('insert into child values (999)'));
    await expect(refused).rejects.toMatchObject({ code: '23503' });
  });

  it('copes with idle connections that the server ends', async () => {
    await Promise.all([store.ping(), store.ping(), store.ping()]);
    const other = await open('spec', 1);
    await other.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'store-spec' and pid <> pg_backend_pid()`);
    await until(() => store.ping().then(() => true));
    await other.close();
  });
});

describe('copyIn', () => {
  const hostile = [
    '',
    ' ',
    '\\',
    '\\.',
    '\\N',
    '\t\n\r',
    '"\'`',
    'äöü 😀',
    '\b\f\v\u0001',
    '{"a":"\\u2028\\n"}',
    'x'.repeat(70_000),
  ];

  it('brings every text unchanged into the table', async () => {
    const rows = hostile.map((text, i) => copyRow([100 + i, text, JSON.stringify({ text }), Buffer.from(text), null]));
    const count = await store.transaction((tx) => tx.copyIn('copy thing (id, name, doc, bytes, at) from stdin', rows));
    expect(count).toBe(hostile.length);
    const { rows: read } = await store.query<{ name: string; doc: { text: string }; bytes: Buffer }>(
      'select name, doc, bytes from thing where id >= 100 order by id',
    );
    expect(read.map(({ name }) => name)).toEqual(hostile);
    expect(read.map(({ doc }) => doc.text)).toEqual(hostile);
    expect(read.map(({ bytes }) => bytes.toString())).toEqual(hostile);
  });

  it('brings any text unchanged into the table', async () => {
    const texts = fc.array(
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      { minLength: 1 },
    );
    const trip = fc.asyncProperty(texts, async (values) => {
      await store.query('truncate thing cascade');
      const rows = values.map((text, id) => copyRow([id, text, JSON.stringify(text), Buffer.from(text)]));
      await store.transaction((tx) => tx.copyIn('copy thing (id, name, doc, bytes) from stdin', rows));
      const { rows: read } = await store.query('select name, doc, bytes from thing order by id');
      expect(read).toEqual(values.map((text) => ({ name: text, doc: text, bytes: Buffer.from(text) })));
    });
    await fc.assert(trip, { numRuns: 60 });
  });

  it('leaves the connection usable, and the transaction failed, when a row is refused', async () => {
    const refused = store.transaction((tx) => tx.copyIn('copy thing (id) from stdin', [copyRow(['no number'])]));
    await expect(refused).rejects.toMatchObject({ code: '22P02' });
    const broken = store.transaction((tx) => tx.copyIn('copy thing (id) from stdin', failing()));
    await expect(broken).rejects.toThrow('no more rows');
    await store.ping();
    expect((await store.query('select 1 from thing where id >= 5000')).rowCount).toBe(0);
  });

  it('takes no rows', async () => {
    expect(await store.transaction((tx) => tx.copyIn('copy thing (id) from stdin', []))).toBe(0);
  });
});

function* failing(): Generator<string> {
  for (let id = 5000; id < 25_000; id++) yield copyRow([id]);
  throw new Error('no more rows');
}

function locationOf(schema: string) {
  return { url: database.url, schema, migrations: storeMigrations, applicationName: 'store-spec' };
}
