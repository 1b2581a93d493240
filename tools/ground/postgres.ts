import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type Child, launch } from './child.js';
import { type LineSink } from './log-file.js';
import { PortTakenError, isPortFree, keptPort } from './ports.js';
import { type PostgresInstallation, postgresInstallation } from './postgres-account.js';
import { ensureCluster, recoverCluster } from './postgres-data.js';
import { type Program, infrastructureEnvironment } from './program.js';
import { keptText } from './secrets.js';

/** What an embedded database is made of. */
export interface EmbeddedPostgresOptions {
  readonly home: string;
  /** Undefined: a free one, kept in the home. */
  readonly port: number | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** A database that can be launched. */
export interface PostgresProgram extends Program {
  readonly url: string;
}

const USER = 'tocsin';
const DATABASE = 'tocsin';
const CONNECT_MS = 3000;

/** For a small machine; what is committed is on disk (fsync and synchronous_commit keep their defaults). */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  wal_compression: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
};

/** Makes the cluster at the first start. It does not run yet. */
export async function embeddedPostgres(options: EmbeddedPostgresOptions): Promise<PostgresProgram> {
  const { home, environment } = options;
  mkdirSync(home, { recursive: true });
  const data = path.join(home, 'postgres');
  const env = infrastructureEnvironment(environment, home, 'postgres');
  const password = keptText(path.join(home, 'postgres-password'), () => randomBytes(24).toString('base64url'));
  const installation = await postgresInstallation(data);
  await recoverCluster(home, data);
  await ensureCluster(installation, { data, user: USER, password, env });
  const port = options.port ?? (await keptPort(path.join(home, 'postgres-port')));
  const urlOf = (database: string): string => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  return {
    name: 'postgres',
    url: urlOf(DATABASE),
    async launch(log) {
      await recoverCluster(home, data);
      return launchServer(installation, { data, port, env, log });
    },
    probe: () => ensureDatabase(urlOf('postgres')),
    stop: { signal: 'SIGINT', graceMs: 10_000 },
    stopAtOnce: 'SIGQUIT',
  };
}

async function launchServer(
  installation: PostgresInstallation,
  { data, port, env, log }: { data: string; port: number; env: NodeJS.ProcessEnv; log: LineSink },
): Promise<Child> {
  if (!(await isPortFree(port)))
    throw new PortTakenError(`port ${port} on 127.0.0.1, kept for PostgreSQL, is held by another program`);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const what = installation.command(installation.postgres, ['-D', data, '-p', String(port), ...settings]);
  return launch({ ...what, env: { ...env, LC_ALL: 'C' }, cwd: '/', log });
}

/** Connects and makes one query. */
export async function checkDatabase(url: string): Promise<void> {
  await withClient(url, (client) => client.query('select 1'));
}

/** Makes our database on the server when it is not there yet. */
export async function ensureDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
