import { type Tx } from '../tx.js';
import { type CheckpointId } from './move-checkpoint.js';

/** How far a processor has come on one partition of one topic. */
export interface CheckpointRow {
  readonly topicId: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly updatedAt: string;
}

/** All checkpoints of `processor` on `topic`, whatever the topic's identity. */
export async function readCheckpoints(tx: Tx, processor: string, topic: string): Promise<readonly CheckpointRow[]> {
  const { rows } = await tx.query<CheckpointRow>(
    `select topic_id as "topicId", partition, next_offset as "nextOffset", updated_at as "updatedAt"
     from checkpoint where processor = $1 and topic = $2`,
    [processor, topic],
  );
  return rows;
}

/** The next offset of one checkpoint; undefined where there is none. */
export async function readCheckpoint(tx: Tx, id: CheckpointId): Promise<number | undefined> {
  const rows = await readCheckpoints(tx, id.processor, id.topic);
  return rows.find((row) => row.topicId === id.topicId && row.partition === id.partition)?.nextOffset;
}
