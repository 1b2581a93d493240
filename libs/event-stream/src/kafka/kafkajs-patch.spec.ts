import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

/** What patches/kafkajs+2.2.4.patch changes, seen from inside: without it this file fails. */
const inside: (path: string) => unknown = createRequire(import.meta.url);

interface RequestQueue {
  inflight: Map<number, unknown>;
  pending: unknown[];
  push(request: object): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
}
type NewQueue = new (options: object) => RequestQueue;
interface Encoded {
  buffer: Buffer;
}
interface Decoded {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | Buffer[] | null>;
}
type Produce = (options: object) => { encode(): Promise<Encoded> };
type DecodeBatch = (decoder: unknown) => Promise<{ records: Decoded[] }>;

const Queue = inside('kafkajs/src/network/requestQueue/index.js') as NewQueue;
const produce = inside('kafkajs/src/protocol/requests/produce/v3/request.js') as Produce;
const Decoder = inside('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => object;
const decodeBatch = inside('kafkajs/src/protocol/recordBatch/v0/decoder.js') as DecodeBatch;

describe('the request queue of kafkajs (K2, K14)', () => {
  const sent: number[] = [];
  const rejected: string[] = [];
  let queue: RequestQueue;
  const push = (correlationId: number): void =>
    queue.push({
      entry: { correlationId, resolve: () => undefined, reject: (error: Error) => rejected.push(error.message) },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    });
  const answer = (correlationId: number): void =>
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });

  beforeEach(() => {
    jest.useFakeTimers();
    sent.length = 0;
    rejected.length = 0;
    const silent = { debug: () => undefined, warn: () => undefined };
    queue = new Queue({
      requestTimeout: 3_000,
      enforceRequestTimeout: true,
      clientId: 'c',
      broker: 'b',
      logger: silent,
    });
  });
  afterEach(() => {
    queue.destroy();
    jest.useRealTimers();
  });

  it('sets no timer while nothing is under way: not before, not after a request', () => {
    expect(jest.getTimerCount()).toBe(0);
    push(1);
    expect(jest.getTimerCount()).toBe(1);
    answer(1);
    jest.advanceTimersByTime(3_001);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('wakes up once for each time-out that may be due, not a hundred times a second', () => {
    const wakeUps = jest.spyOn(globalThis, 'setTimeout');
    for (let at = 0; at < 10; at++) {
      push(at);
      answer(at);
      jest.advanceTimersByTime(1_000);
    }
    expect(wakeUps.mock.calls.length).toBeLessThanOrEqual(5);
    wakeUps.mockRestore();
  });

  it('fails a request whose answer stays away, also behind one that may wait longer', () => {
    queue.push({
      entry: { correlationId: 1, resolve: () => undefined, reject: () => rejected.push('the slow one') },
      expectResponse: true,
      requestTimeout: 60_000,
      sendRequest: () => undefined,
    });
    push(2);
    jest.advanceTimersByTime(3_002);
    expect(rejected).toEqual([expect.stringContaining('timed out')]);
    expect(queue.inflight.size).toBe(1);
    jest.advanceTimersByTime(57_000);
    expect(rejected).toHaveLength(2);
  });

  it('sends what a throttled client held back as soon as it may, without a response that would wake it', () => {
    queue.maybeThrottle(5_000);
    push(1);
    push(2);
    jest.advanceTimersByTime(4_999);
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(sent).toEqual([1, 2]);
  });
});

describe('record batches of kafkajs', () => {
  const messages = [
    { key: 'k€y', value: 'v', headers: { a: '1', b: Buffer.from([1, 2]), twice: ['x', 'y'] } },
    { key: null, value: null },
    { key: Buffer.from('b'), value: Buffer.alloc(70_000, 7), headers: {} },
    { key: '', value: '' },
    { key: 'ascii', value: 'all of it', headers: { name: 'AlertFired', empty: '' } },
    { key: 'ascii', value: '日本', headers: { name: 'AlertFired', city: 'Zürich', after: 'x' } },
    { key: 'ascii', value: 'v', headers: { first: 'x', größe: 'y' } },
    ...Array.from({ length: 300 }, (_, at) => ({ key: `k${at}`, value: 'é'.repeat(at * 7) })),
  ];
  const now = 1_700_000_000_000;
  const encode = async (records: readonly object[]): Promise<Buffer> => {
    const partitions = [{ partition: 3, firstSequence: 5, messages: records }];
    const topicData = [{ topic: 'topic', partitions }];
    return (await produce({ acks: -1, timeout: 1, producerId: '77', producerEpoch: 2, topicData }).encode()).buffer;
  };
  /** The record set of the only partition: behind ids, counts, the topic's name, the partition and the size. */
  const recordsOf = (request: Buffer): unknown => new Decoder(request.subarray(2 + 2 + 4 + 4 + 2 + 5 + 4 + 4 + 4));

  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('written in one pass are, byte for byte, what the general way writes', async () => {
    const general = await encode(messages.map((message) => ({ ...message, timestamp: String(now) })));
    expect(Buffer.compare(await encode(messages), general)).toBe(0);
  });

  it('are read as they were written', async () => {
    const { records } = await decodeBatch(recordsOf(await encode(messages)));
    expect(records.map(({ offset }) => offset)).toEqual(messages.map((_, at) => String(at)));
    expect(records.map(({ value }) => value)).toEqual(
      messages.map(({ value }) => (value === null ? null : Buffer.from(value as string))),
    );
    expect(records[0]!.headers).toEqual({
      a: Buffer.from('1'),
      b: Buffer.from([1, 2]),
      twice: [Buffer.from('x'), Buffer.from('y')],
    });
    expect([records[1]!.key, records[1]!.headers, records[3]!.key]).toEqual([null, {}, Buffer.alloc(0)]);
    expect(new Set(records.map(({ timestamp }) => timestamp))).toEqual(new Set([String(now)]));
  });

  it('keep times before the first one, and far behind it', async () => {
    const times = [String(now), String(now - 5_000), String(now + 40 * 365 * 86_400_000)];
    const { records } = await decodeBatch(
      recordsOf(await encode(times.map((timestamp) => ({ value: 'x', timestamp })))),
    );
    expect(records.map(({ timestamp }) => timestamp)).toEqual(times);
  });

  it('are refused when a bit of them is wrong (K9)', async () => {
    const request = await encode(messages);
    request.writeUInt8(request.readUInt8(request.length - 9) ^ 4, request.length - 9);
    await expect(decodeBatch(recordsOf(request))).rejects.toMatchObject({ name: 'KafkaJSCorruptRecordBatch' });
  });
});
