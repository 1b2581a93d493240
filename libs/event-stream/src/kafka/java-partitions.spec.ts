import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOf } from '#libs/core';
import vectors from './java-partitions.golden.json' with { type: 'json' };

/** Written by `org.apache.kafka.common.utils.Utils` of Apache Kafka 4.3.1 (murmur2, toPositive) over the keys' UTF-8. */
describe('the partition of a key', () => {
  it.each(vectors)('is the one that every other client chooses: $key', ({ key, hash, of12 }) => {
    expect([murmur2(Buffer.from(key)), partitionOf(key, 12)]).toEqual([hash, of12]);
  });
});
