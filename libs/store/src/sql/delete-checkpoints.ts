import { type Tx } from '../tx.js';

/** Forgets how far `processor` has come: it then begins at the oldest record. The processor must not be running. */
export async function deleteCheckpoints(tx: Tx, processor: string): Promise<void> {
  await tx.query('delete from checkpoint where processor = $1', [processor]);
}
