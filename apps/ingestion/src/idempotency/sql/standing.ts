import { type Tx } from '#libs/store';

export interface HeldRow {
  readonly key: Buffer;
  readonly body: Buffer;
  /** Null while whoever claimed it is at work. */
  readonly answer: unknown;
  /** Whether it still belongs to whoever claimed it. */
  readonly leased: boolean;
}

/** What is held under `keys`. */
export async function standingOf(tx: Tx, keys: readonly Buffer[]): Promise<readonly HeldRow[]> {
  const { rows } = await tx.query<HeldRow>(
    'select key, body, answer, lease_until >= now() as leased from idempotency where key = any($1::bytea[])',
    [keys],
  );
  return rows;
}
