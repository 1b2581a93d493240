import { describe, expect, it } from '@jest/globals';
import { type BatchHandler, type RecordBatch } from '#libs/event-stream';
import { paced } from './paced.js';

const handler: BatchHandler = {
  resumeFrom: () => Promise.resolve(new Map([[0, 7]])),
  handle: ({ nextOffset }) => Promise.resolve(nextOffset),
};
const batchOf = (records: number): RecordBatch =>
  ({ partition: 0, records: Array.from({ length: records }), nextOffset: records }) as unknown as RecordBatch;
const context = (signal: AbortSignal) => ({ signal, heartbeat: () => Promise.resolve() });

describe('a pace', () => {
  it('lets each batch cost its time, and partitions wait for each other', async () => {
    const waits: number[] = [];
    const wait = (milliseconds: number): Promise<void> => void waits.push(milliseconds) as never;
    const slow = paced(handler, () => 1_000, { now: () => 100, wait });
    const { signal } = new AbortController();
    expect(await Promise.all([500, 200, 0].map((count) => slow.handle(batchOf(count), context(signal))))).toEqual([
      500, 200, 0,
    ]);
    expect(waits).toEqual([500, 700, 700]);
    expect(await slow.resumeFrom('topic', 'id', [0])).toEqual(new Map([[0, 7]]));
  });

  it('ends with the partition', async () => {
    const slow = paced(handler, () => 1);
    const stop = new AbortController();
    const handled = slow.handle(batchOf(1_000), context(stop.signal));
    stop.abort();
    expect(await handled).toBe(1_000);
    expect(await slow.handle(batchOf(1_000), context(stop.signal))).toBe(1_000);
  });
});
