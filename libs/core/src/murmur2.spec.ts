import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { murmur2, partitionOf } from './murmur2.js';

describe('murmur2', () => {
  // The vectors of Kafka's own test (UtilsTest.testMurmur2).
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of "%s" is what Java computes', (key, hash) => expect(murmur2(Buffer.from(key))).toBe(hash));

  it('is a whole number of 32 bits for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => murmur2(bytes) === (murmur2(bytes) | 0)));
  });
});

describe('partitionOf', () => {
  it('lies within the topic and is the same for text and bytes', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 500 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(partitions);
        expect(partitionOf(Buffer.from(key), partitions)).toBe(partition);
      }),
    );
  });
});
