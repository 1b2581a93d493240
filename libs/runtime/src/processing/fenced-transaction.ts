import { crashpoint } from '#libs/core';
import { moveCheckpoint } from '#libs/store';
import { CheckpointLost } from './errors.js';
import { type LoopScope } from './loop-scope.js';
import { OutboxUnit } from './outbox-unit.js';
import { type PartitionProgress } from './partition-progress.js';

/**
 * One transaction of a partition's owner: the checkpoint moves to `next` first, by compare-and-set, then `work`, then the
 * outbox. First, because the row then holds off every other owner until the end (reference performance-reliability 2.3).
 * @throws CheckpointLost when somebody else moved it; CommitUnknown; whatever `work` throws. Nothing is written then.
 */
export async function fenced(
  scope: LoopScope,
  progress: PartitionProgress,
  next: number,
  work: (unit: OutboxUnit) => Promise<void>,
): Promise<void> {
  const { processor, topic, store, topics } = scope;
  const { topicId, partition, committed } = progress;
  crashpoint('processor.before-transaction');
  const shards = await store.transaction(async (tx) => {
    const ours = await moveCheckpoint(tx, { processor, topic, topicId, partition }, committed, next);
    if (!ours)
      throw new CheckpointLost(`${processor}: ${topic}/${partition} is not at ${committed ?? 'its start'} any more`);
    const unit = new OutboxUnit(tx, topics.events);
    await work(unit);
    const shards = await unit.flush(store.schema);
    crashpoint('processor.before-commit');
    return shards;
  });
  crashpoint('processor.after-commit');
  progress.moved(next);
  if (shards.size > 0) scope.relay.wake(shards);
}
