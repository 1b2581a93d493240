import { partitionOf } from '#libs/core';

/** Shards of an outbox: as many as topics have partitions. Fixed: rows carry it. */
export const SHARDS = 12;

/** One more shard, for records whose topic may be in trouble by itself: they are published apart. */
export const ASIDE = SHARDS;

/** The shard of a record: rows of one key, and so their order, share it. */
export function shardOf(key: string): number {
  return partitionOf(key, SHARDS);
}
