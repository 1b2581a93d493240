import { Client, type Pool, type PoolClient } from 'pg';
import { DataSource, type EntitySchema } from 'typeorm';
import { connectionConfig, type StoreLocation } from './connection.js';
import { migrate, type MigrationClass } from './migrate.js';
import { quietly } from './quiet-logger.js';
import { CommitUnknown, isTransient } from './transient.js';
import { type StoreTx, type Tx } from './tx.js';
import { ClientTx } from './client-tx.js';

export interface StoreOptions extends StoreLocation {
  /** The explicit list, oldest first; begins with `storeMigrations`. */
  readonly migrations: readonly MigrationClass[];
  /** TypeORM entities, for the admin paths only. */
  readonly entities?: readonly (EntitySchema | (new () => object))[];
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
  private readonly clients = new Set<PoolClient>();

  private constructor(
    private readonly options: StoreOptions,
    readonly dataSource: DataSource,
    private readonly pool: Pool,
  ) {}

  /** @throws when the database cannot be reached (`isTransient`) or the schema's name is not plain */
  static async open(options: StoreOptions): Promise<Store> {
    const { connectionString, ...extra } = connectionConfig(options);
    const dataSource = new DataSource({
      type: 'postgres',
      url: connectionString!,
      schema: options.schema,
      entities: [...(options.entities ?? [])],
      installExtensions: false,
      logger: quietly,
      poolSize: options.poolSize ?? 8,
      // A connection that breaks while idle is replaced; whoever uses one sees its statement fail.
      poolErrorHandler: () => {},
      extra: { ...extra, idleTimeoutMillis: 30_000 },
    });
    await dataSource.initialize();
    const store = new Store(options, dataSource, (dataSource.driver as unknown as { master: Pool }).master);
    store.watch();
    return store;
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
      if (!(error instanceof CommitUnknown)) broken = !(await rolledBack(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Brings the schema to this version. See `migrate`. */
  async migrate(): Promise<void> {
    await migrate(this.options, this.options.migrations);
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

  /** Waits up to 5 s for running statements, then cuts their connections. */
  async close(): Promise<void> {
    if (!this.dataSource.isInitialized) return;
    const cut = setTimeout(() => {
      for (const client of this.clients) destroy(client);
    }, CLOSE_GRACE);
    try {
      await this.dataSource.destroy();
    } finally {
      clearTimeout(cut);
    }
  }

  private watch(): void {
    const adopt = (client: PoolClient) => {
      this.clients.add(client);
      // While a connection is checked out the pool does not listen: unheard, its end would be the process's.
      client.on('error', () => {});
      client.once('end', () => this.clients.delete(client));
    };
    for (const client of (this.pool as unknown as { _clients: PoolClient[] })._clients) adopt(client);
    this.pool.on('connect', adopt);
  }
}

async function commit(client: PoolClient): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query('commit'));
  } catch (error) {
    if (refused(error)) throw error;
    throw new CommitUnknown('the answer to COMMIT was lost', { cause: error });
  }
  // PostgreSQL answers ROLLBACK, not an error, when a statement failed earlier and nobody minded.
  if (command !== 'COMMIT')
    throw new Error('a statement of the transaction failed and was ignored: nothing was committed');
}

/** Whether the server answered, and so said that nothing was done; 08, 57P and 40003 end the session or leave it open. */
function refused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(?!08|57P|40003)[0-9A-Z]{5}$/.test(code);
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}

function destroy(client: PoolClient): void {
  (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
}
