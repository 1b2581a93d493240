import { type Client } from 'pg';
import { deleteOutbox, type OutboxRow, ownShards, readOutbox, statementOf, type Store, type Tx } from '#libs/store';

/** Ends a session whose process stands still, so that its shards pass to another; a live one speaks every few seconds. */
const IDLE_LIMIT = 15_000;
const BEAT = 4_000;
/**
 * A deletion that is lost with the server's memory only repeats a publish. The outbox is empty most of the time: a plan
 * made then must still be right when it is long.
 */
const SETTINGS = { idle_session_timeout: String(IDLE_LIMIT), synchronous_commit: 'off', enable_seqscan: 'off' };
const CLAIM_EVERY = 1_000;
const QUERY_TIMEOUT = 10_000;
const CLOSE_TIMEOUT = 1_000;

/**
 * One connection of the relay, and the shards that it owns by its advisory locks. The rows are read with this very
 * connection: when it is gone, so are the locks, and nothing more is read.
 */
export class RelaySession implements Tx {
  /** Shards of this session, each with the id of the last row that went to the log. */
  private readonly owned = new Map<number, number>();
  lost = false;
  private triedAt = -CLAIM_EVERY;
  private spokeAt = 0;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly beat: NodeJS.Timeout;

  private constructor(
    private readonly client: Client,
    private readonly schema: string,
    ring: () => void,
  ) {
    client.on('error', () => (this.lost = true));
    client.on('end', () => (this.lost = true));
    client.on('notification', ({ processId }) => {
      if (processId !== (client as unknown as { processID: number }).processID) ring();
    });
    this.beat = setInterval(() => this.keepAlive(), BEAT);
  }

  static async open(store: Store, ring: () => void): Promise<RelaySession> {
    const client = await store.dedicated(SETTINGS);
    const session = new RelaySession(client, store.schema, ring);
    try {
      await session.query(`listen ${channelOf(store.schema)}`);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** The next rows of those of `shards` that are owned. What nobody has is taken, tried once a second. */
  async next(shards: readonly number[]): Promise<readonly OutboxRow[]> {
    if (!this.owns(shards) && performance.now() - this.triedAt >= CLAIM_EVERY) await this.claim();
    const owned = new Map([...this.owned].filter(([shard]) => shards.includes(shard)));
    return owned.size === 0 ? [] : readOutbox(this, owned);
  }

  owns(shards: Iterable<number>): boolean {
    return [...shards].every((shard) => this.owned.has(shard));
  }

  /** The log has `rows`. */
  async done(rows: readonly OutboxRow[]): Promise<void> {
    for (const { shard, id } of rows) this.owned.set(shard, id);
    await deleteOutbox(this, rows);
  }

  /** Rings the relays that own what of `shards` this one does not. A lost message costs them up to a second. */
  tellOwners(shards: ReadonlySet<number>): void {
    if (this.owns(shards)) return;
    void this.query(`notify ${channelOf(this.schema)}`).catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.beat);
    this.lost = true;
    // A connection that is half gone never answers the farewell.
    const cut = setTimeout(() => cutConnection(this.client), CLOSE_TIMEOUT);
    await this.client.end().catch(() => {});
    clearTimeout(cut);
  }

  private keepAlive(): void {
    if (performance.now() - this.spokeAt < BEAT) return;
    void this.query('select 1').catch(() => {});
  }

  private async claim(): Promise<void> {
    this.triedAt = performance.now();
    for (const shard of await ownShards(this, this.schema, new Set(this.owned.keys()))) this.owned.set(shard, 0);
  }

  /** One statement at a time, in order of the calls. A failed one ends the session: its locks may be gone. */
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }> {
    this.spokeAt = performance.now();
    const config = { ...statementOf(sql, parameters), query_timeout: QUERY_TIMEOUT };
    const result = this.queue.then(() => this.client.query<Row>(config));
    this.queue = result.catch(() => (this.lost = true));
    return result.then(({ rows, rowCount }) => ({ rows, rowCount: rowCount ?? 0 }));
  }
}

function cutConnection(client: Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

function channelOf(schema: string): string {
  return `outbox_${schema}`;
}
