import { prepared } from '../prepared.js';
import { type Tx } from '../tx.js';

/** Which checkpoint: the identity of the topic is part of it, since another topic of the same name is another log. */
export interface CheckpointId {
  readonly processor: string;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}

/**
 * Compare-and-set: moves the checkpoint from `expected` (undefined: there is none yet) to `next`. False when it was not
 * there: somebody else owns the partition. Holds the row until the transaction ends, and so fences every other owner.
 */
export async function moveCheckpoint(
  tx: Tx,
  id: CheckpointId,
  expected: number | undefined,
  next: number,
): Promise<boolean> {
  const key = [id.processor, id.topic, id.topicId, id.partition, next];
  const { rowCount } = await (expected === undefined ? tx.query(CLAIM, key) : tx.query(MOVE, [...key, expected]));
  return rowCount === 1;
}

const CLAIM = prepared(`
  insert into checkpoint (processor, topic, topic_id, partition, next_offset)
  values ($1, $2, $3, $4, $5)
  on conflict do nothing`);

const MOVE = prepared(`
  update checkpoint set next_offset = $5, updated_at = clock_timestamp()
  where processor = $1 and topic = $2 and topic_id = $3 and partition = $4 and next_offset = $6`);
