/** One open transaction, or the pool outside of any. Parameters are PostgreSQL's ($1 ...). */
export interface Tx {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }>;
}

/** A row on its way through the outbox. */
export interface OutboxRecord {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | Buffer;
}
