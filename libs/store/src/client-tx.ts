import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { chunked } from './copy.js';
import { statementOf } from './prepared.js';
import { type StoreTx } from './tx.js';

/** A connection seen as a transaction, for as long as that lasts. */
export class ClientTx implements StoreTx {
  private ended = false;

  constructor(private readonly client: PoolClient) {}

  async query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }> {
    this.assertOpen();
    const result = await this.client.query<Row>(statementOf(sql, parameters));
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  }

  async copyIn(sql: string, rows: Iterable<string | Buffer>): Promise<number> {
    this.assertOpen();
    const target = this.client.query(copyFrom(sql));
    await pipeline(Readable.from(chunked(rows), { objectMode: true, highWaterMark: 4 }), target);
    return target.rowCount;
  }

  /** Nothing more goes through: the connection may be another transaction's by now. */
  end(): void {
    this.ended = true;
  }

  private assertOpen(): void {
    if (this.ended) throw new Error('the transaction has ended');
  }
}
