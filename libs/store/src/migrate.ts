import { Client } from 'pg';
import { type MigrationInterface } from 'typeorm';
import { connectionConfig, type StoreLocation } from './connection.js';
import { lockClass } from './locks.js';
import { quietly } from './quiet-logger.js';

export type MigrationClass = new () => MigrationInterface;

const TABLE = 'migrations';
/** A migration may take its time, and may wait for another process's. */
const PATIENT = { statement_timeout: '0', lock_timeout: '0', idle_in_transaction_session_timeout: '0' };

/** A newer version of the service has migrated this schema. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';

  constructor(schema: string, unknown: readonly string[]) {
    super(`schema ${schema} holds ${unknown.join(', ')}, unknown to this version: start the version that made it`);
  }
}

/**
 * Brings the schema to the newest of `migrations`, one transaction each, under an advisory lock, so that of several
 * processes one does it and the others wait (reference performance-reliability 2.8, C21).
 * @throws SchemaTooNew when the schema holds a migration that is not in the list
 */
export async function migrate(location: StoreLocation, migrations: readonly MigrationClass[]): Promise<void> {
  const { query_timeout: _, ...config } = connectionConfig(location, PATIENT);
  const client = new Client(config);
  // A lost connection shows in the statement that fails.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1, 0)', [lockClass('migrate', location.schema)]);
    await client.query(`create schema if not exists ${location.schema}`);
    const names = migrations.map((migration) => new migration().name ?? migration.name);
    const pending = await pendingOf(client, location.schema, names);
    if (pending) await run(location, migrations);
  } finally {
    await client.end();
  }
}

async function pendingOf(client: Client, schema: string, names: readonly string[]): Promise<boolean> {
  const { rows: tables } = await client.query('select 1 from pg_tables where schemaname = $1 and tablename = $2', [
    schema,
    TABLE,
  ]);
  if (tables.length === 0) return names.length > 0;
  const { rows } = await client.query<{ name: string }>(`select name from ${schema}.${TABLE} order by id`);
  const unknown = rows.map((row) => row.name).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new SchemaTooNew(schema, unknown);
  return rows.length < names.length;
}

async function run(location: StoreLocation, migrations: readonly MigrationClass[]): Promise<void> {
  const { DataSource } = await import('typeorm');
  const { connectionString, query_timeout: _, ...extra } = connectionConfig(location, PATIENT);
  const dataSource = new DataSource({
    type: 'postgres',
    url: connectionString!,
    schema: location.schema,
    migrations: [...migrations],
    migrationsTableName: TABLE,
    installExtensions: false,
    logger: quietly,
    poolSize: 2,
    extra,
  });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}
