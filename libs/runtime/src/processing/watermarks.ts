import { type Clock } from '#libs/core';
import { type EventLog, type Subscription } from '#libs/event-stream';
import { type PartitionProgress } from './partition-progress.js';

/**
 * Until when each partition is known, in milliseconds: the time before the broker was asked for its end, where that end
 * is read; else the time stamp of the last record that was. Asked, not assumed: a consumer that cannot reach the broker
 * also sees nothing more to read. Only partitions where a sweep is due by then; the broker is not asked when none can be.
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
  const asked = clock.millis();
  const due = progress.filter((each) => each.position !== undefined && !each.stopped && each.sweepDue <= asked);
  if (due.length === 0) return known;
  const state = await log.topic(topic);
  const passed = new Map(subscription.lag().map(({ partition, nextOffset }) => [partition, nextOffset]));
  for (const { partition, topicId, position = 0, lastTimestamp, sweepDue } of due) {
    const high = state?.partitions.find((each) => each.partition === partition)?.high;
    const consumed = passed.get(partition);
    if (high === undefined || consumed === undefined || state?.topicId !== topicId) continue;
    const watermark = Math.max(position, consumed) >= high ? asked : Math.min(asked, lastTimestamp ?? 0);
    if (watermark > 0 && watermark >= sweepDue) known.set(partition, watermark);
  }
  return known;
}
