import { type Subscription } from '#libs/event-stream';
import { type PartitionProgress } from './partition-progress.js';

export interface PartitionStatus {
  readonly partition: number;
  readonly nextOffset: number;
  /** Records that are not handled yet. */
  readonly lagEvents: number;
  /** Age of the last handled record in seconds while more wait; 0 when there is none. */
  readonly lagSeconds: number;
  /** Seconds since the checkpoint moved, or since the partition was assigned. */
  readonly checkpointAge: number;
  /** Why the partition is not read any more. */
  readonly stopped: string | undefined;
}

export interface ProcessorStatus {
  readonly name: string;
  readonly topic: string;
  /** Whether it is in its group and moves. */
  readonly alive: boolean;
  /** Whether it will not move again by itself (`Subscription.stuck`). */
  readonly stuck: boolean;
  readonly partitions: readonly PartitionStatus[];
}

/** How far a member has come with each of its partitions. `now` in milliseconds. */
export function partitionStatuses(
  subscription: Pick<Subscription, 'lag'>,
  progress: readonly PartitionProgress[],
  now: number,
): readonly PartitionStatus[] {
  return subscription.lag().map(({ partition, nextOffset, highWatermark }) => {
    const own = progress.find((each) => each.partition === partition);
    const lagEvents = Math.max(0, highWatermark - nextOffset);
    const behind = lagEvents > 0 && own?.lastTimestamp !== undefined;
    return {
      partition,
      nextOffset,
      lagEvents,
      lagSeconds: behind ? Math.max(0, now - own.lastTimestamp!) / 1000 : 0,
      checkpointAge: own ? (performance.now() - own.committedAt) / 1000 : 0,
      stopped: own?.stopped?.message,
    };
  });
}
