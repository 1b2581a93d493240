/**
 * One open transaction, or the pool outside of any. Parameters are PostgreSQL's ($1 ...). What comes back: `bigint` as a
 * number, `timestamptz` as a canonical `Instant`, `date` and `timestamp` as text, `numeric` as text, `json` and `jsonb`
 * parsed, `bytea` as a Buffer.
 */
export interface Tx {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }>;
}

/** An open transaction of a `Store`, with the fast way in for many rows. */
export interface StoreTx extends Tx {
  /**
   * Runs `sql`, a `copy <table> (<columns>) from stdin` in text format, with `rows` as its data (each a `copyRow`);
   * answers how many rows it took. An error, also of the iterable, fails the transaction.
   */
  copyIn(sql: string, rows: Iterable<string | Buffer>): Promise<number>;
}

/** A row on its way through the outbox. */
export interface OutboxRecord {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | Buffer;
  /** Published apart, so that a topic in trouble holds no other record up: dead letters. */
  readonly aside?: boolean;
}
