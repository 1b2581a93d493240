import { Client, Pool, type PoolClient } from 'pg';
import { type DataSource } from 'typeorm';
import { ClientTx } from './client-tx.js';
import { commit, rollback } from './commit.js';
import { connectionConfig, type StoreLocation } from './connection.js';
import { dataSourceOn, type Entity } from './data-source.js';
import { migrate, type MigrationClass } from './migrate.js';
import { CommitUnknown, isTransient } from './transient.js';
import { type StoreTx, type Tx } from './tx.js';

export interface StoreOptions extends StoreLocation {
  /** The explicit list, oldest first; begins with `storeMigrations`. */
  readonly migrations: readonly MigrationClass[];
  /** TypeORM entities, for the admin paths only. */
  readonly entities?: readonly Entity[];
  /** Most connections at once; 8 unless said otherwise. */
  readonly poolSize?: number;
}

export interface PoolStats {
  readonly total: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

const CLOSE_GRACE = 5_000;

/** A service's own schema: one pool of connections for hot statements and for TypeORM alike. */
export class Store implements Tx {
  private readonly pool: Pool;
  private readonly clients = new Set<PoolClient>();
  private typeOrm: Promise<DataSource> | undefined;
  private closed: Promise<void> | undefined;

  private constructor(private readonly options: StoreOptions) {
    this.pool = new Pool({ ...connectionConfig(options), max: options.poolSize ?? 8, idleTimeoutMillis: 30_000 });
    // A connection that breaks while idle is replaced; whoever uses one sees its statement fail.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => this.adopt(client));
  }

  /** @throws when the database cannot be reached (`isTransient`) or the schema's name is not plain */
  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options);
    try {
      await store.ping();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  get schema(): string {
    return this.options.schema;
  }

  async query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      return await new ClientTx(client).query<Row>(sql, parameters);
    } catch (error) {
      broken = isTransient(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /**
   * Runs `work` in one READ COMMITTED transaction. When it throws, nothing remains.
   * @throws CommitUnknown when the answer to COMMIT was lost; the error of `work`; an Error when `work` swallowed a failed statement
   */
  async transaction<T>(work: (tx: StoreTx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    const tx = new ClientTx(client);
    let broken = true;
    try {
      await client.query('begin');
      const result = await work(tx);
      tx.end();
      await commit(client);
      broken = false;
      return result;
    } catch (error) {
      tx.end();
      if (!(error instanceof CommitUnknown)) broken = !(await rollback(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Brings the schema to this version. See `migrate`. */
  async migrate(): Promise<void> {
    await migrate(this.options, this.options.migrations);
  }

  /** TypeORM on the same pool, for entities on paths that need no speed. */
  dataSource(): Promise<DataSource> {
    this.typeOrm ??= dataSourceOn(this.pool, this.schema, this.options.entities ?? []);
    return this.typeOrm;
  }

  /** @throws when no statement gets through */
  async ping(): Promise<void> {
    await this.query('select 1');
  }

  poolStats(): PoolStats {
    return { total: this.pool.totalCount, idle: this.pool.idleCount, waiting: this.pool.waitingCount };
  }

  /** A connection of its own, outside the pool, connected; `settings` are server settings. The caller ends it. */
  async dedicated(settings: Readonly<Record<string, string>> = {}): Promise<Client> {
    const client = new Client(connectionConfig(this.options, settings));
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** Waits up to 5 s for running statements, then cuts their connections. The second call is the first. */
  close(): Promise<void> {
    this.closed ??= this.endPool();
    return this.closed;
  }

  private async endPool(): Promise<void> {
    const cut = setTimeout(() => this.cut(), CLOSE_GRACE);
    try {
      await this.pool.end();
    } finally {
      clearTimeout(cut);
    }
  }

  private adopt(client: PoolClient): void {
    this.clients.add(client);
    // While a connection is checked out the pool does not listen: unheard, its end would be the process's.
    client.on('error', () => {});
    client.once('end', () => this.clients.delete(client));
  }

  private cut(): void {
    for (const client of this.clients) {
      (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
    }
  }
}
