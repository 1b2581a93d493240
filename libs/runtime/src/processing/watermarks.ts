import { type Clock } from '#libs/core';
import { type EventLog, type Subscription } from '#libs/event-stream';
import { type PartitionProgress } from './partition-progress.js';

/**
 * Until when each partition is known, in milliseconds: the time before the broker was asked for its end, where that end
 * is read; else the time stamp of the last record that was. Asked, not assumed: a consumer that cannot reach the broker
 * also sees nothing more to read. Partitions of which nothing was read are left out.
 * @throws when the broker does not answer
 */
export async function watermarks(
  log: Pick<EventLog, 'topic'>,
  topic: string,
  subscription: Pick<Subscription, 'lag'>,
  progress: readonly PartitionProgress[],
  clock: Clock,
): Promise<ReadonlyMap<number, number>> {
  const known = new Map<number, number>();
  const read = progress.filter(({ position, stopped }) => position !== undefined && !stopped);
  if (read.length === 0) return known;
  const asked = clock.millis();
  const state = await log.topic(topic);
  const passed = new Map(subscription.lag().map(({ partition, nextOffset }) => [partition, nextOffset]));
  for (const { partition, topicId, position, lastTimestamp } of read) {
    const high = state?.partitions.find((each) => each.partition === partition)?.high;
    if (high === undefined || state?.topicId !== topicId) continue;
    if (Math.max(position ?? 0, passed.get(partition) ?? 0) >= high) known.set(partition, asked);
    else if (lastTimestamp !== undefined) known.set(partition, Math.min(asked, lastTimestamp));
  }
  return known;
}
