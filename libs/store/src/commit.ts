import { type PoolClient } from 'pg';
import { CommitUnknown } from './transient.js';

/** @throws CommitUnknown when the answer was lost; the server's error when it refused */
export async function commit(client: PoolClient): Promise<void> {
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

/** Answers whether the connection can be used further. */
export async function rollback(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}

/** Whether the server answered, and so said that nothing was done; 08, 57P and 40003 end the session or leave it open. */
function refused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(?!08|57P|40003)[0-9A-Z]{5}$/.test(code);
}
