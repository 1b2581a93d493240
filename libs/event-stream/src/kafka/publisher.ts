import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { partitionOf } from '#libs/core';
import { BackPressureError, EventPublisher, PublishError } from '../publisher.js';
import { type OutgoingRecord, type Position } from '../records.js';
import { Accumulator, bytesOf, type RequestBounds, type Waiting } from './accumulator.js';
import { type KafkaConnection } from './connection.js';
import { type FirstOffsets, IdempotentProducer } from './producer.js';
import { PublishCall } from './publish-call.js';

export interface KafkaPublisherOptions {
  /** Milliseconds until a call fails whose records are not acknowledged; default 5,000. */
  readonly deadlineMs?: number;
  /** Bytes that may wait or be under way; default 16 MiB. */
  readonly maxBytes?: number;
  /** One request; default 1,000 records, 512 KiB. */
  readonly request?: RequestBounds;
  /** Milliseconds that a busy publisher waits for the next request to fill; default 2. */
  readonly lingerMs?: number;
  /** Milliseconds between two looks at the metadata, also while nothing is published (K13); default 30,000. */
  readonly refreshMs?: number;
}

const EXPIRY_MS = 100;
const REOPEN_MS = 250;
const BUSY_FROM = 16;
/** Kafka's default `max.message.bytes` less what a batch adds. */
const MAX_RECORD_BYTES = 1_040_000;

/**
 * Publishes with acks=all and idempotence. Records of all callers gather while one request is under way (reference
 * performance-reliability 2.2; K6 to K8): one request at a time, retries included, keeps the order and the sequence
 * numbers; a lonely record is sent at once. After a failure for good the producer id is thrown away.
 */
export class KafkaPublisher extends EventPublisher {
  private readonly waiting = new Accumulator();
  /** Calls by the time they began, so by their deadline too. */
  private readonly calls: PublishCall[] = [];
  private readonly counts = new Map<string, number>();
  private readonly deadlineMs: number;
  private readonly maxBytes: number;
  private readonly request: RequestBounds;
  private readonly lingerMs: number;
  private readonly keepAlive: NodeJS.Timeout;
  private expiry: NodeJS.Timeout | undefined;
  private producer: IdempotentProducer | undefined;
  private draining: Promise<void> | undefined;
  private underWay = 0;
  private closed = false;
  /** Ends the linger early; absent while none is on. */
  private filled: (() => void) | undefined;
  private enough = 0;

  constructor(
    private readonly connection: KafkaConnection,
    options: KafkaPublisherOptions = {},
  ) {
    super();
    this.deadlineMs = options.deadlineMs ?? 5_000;
    this.maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
    this.request = options.request ?? { records: 1_000, bytes: 512 * 1024 };
    this.lingerMs = options.lingerMs ?? 2;
    this.keepAlive = setInterval(() => void this.refresh(), options.refreshMs ?? 30_000);
    this.keepAlive.unref();
  }

  override publish(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    if (records.length === 0) return Promise.resolve([]);
    if (this.closed) return Promise.reject(new PublishError('the publisher is closed'));
    const sizes: number[] = [];
    let bytes = 0;
    for (const record of records) {
      const size = bytesOf(record);
      sizes.push(size);
      bytes += size;
    }
    const held = this.pendingBytes();
    if (held + bytes > this.maxBytes) {
      return Promise.reject(new BackPressureError(`${held} bytes wait for the log; ${bytes} more are over the bound`));
    }
    const tooLarge = sizes.findIndex((size) => size > MAX_RECORD_BYTES);
    if (tooLarge >= 0) {
      return Promise.reject(new PublishError(`record ${tooLarge} is larger than ${MAX_RECORD_BYTES} bytes`));
    }
    return this.enqueue(records, sizes).answer;
  }

  /** Bytes that wait or are under way. */
  pendingBytes(): number {
    return this.waiting.bytes + this.underWay;
  }

  /** Sends what waits (until its deadlines), then ends the connections. Later calls fail. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.keepAlive);
    await Promise.allSettled(this.calls.map((call) => call.answer));
    clearInterval(this.expiry);
    if (this.underWay === 0) await this.producer?.close();
    else this.producer?.discard();
    await this.draining;
  }

  private enqueue(records: readonly OutgoingRecord[], sizes: readonly number[]): PublishCall {
    const call = new PublishCall(records.length, performance.now() + this.deadlineMs);
    this.calls.push(call);
    for (let index = 0; index < records.length; index++) {
      const { topic, key, value, headers } = records[index]!;
      this.waiting.add({ topic, key, value, headers, partition: -1, call, index, bytes: sizes[index]! });
    }
    this.expiry ??= setInterval(() => this.expire(), EXPIRY_MS);
    this.draining ??= nextTurn().then(() => this.drain());
    if (this.waiting.size >= this.enough || this.waiting.fills(this.request)) this.filled?.();
    return call;
  }

  /** Sends request after request until nothing waits. */
  private async drain(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = this.waiting.take(this.request);
      this.underWay = batch.reduce((sum, { bytes }) => sum + bytes, 0);
      if (batch.length > 0) await this.sendOne(batch);
      this.underWay = 0;
      await this.linger(batch.length);
    }
    this.draining = undefined;
  }

  /** Lets the callers just answered come back: one turn of the loop, and longer when many did last time. */
  private async linger(last: number): Promise<void> {
    await nextTurn();
    if (last < BUSY_FROM || this.waiting.size >= last || this.waiting.fills(this.request)) return;
    this.enough = last;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.lingerMs);
      this.filled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.filled = undefined;
  }

  private async sendOne(batch: readonly Waiting[]): Promise<void> {
    const producer = await this.open(batch);
    if (!producer) return;
    const placed = await this.place(producer, batch);
    if (placed.length === 0) return;
    try {
      const topics = byTopic(placed);
      acknowledge(topics, await producer.send(topics));
    } catch (error) {
      this.producer = undefined;
      producer.discard();
      this.warn('the log did not acknowledge', error);
      const failure = new PublishError(`the log did not acknowledge: ${messageOf(error)}`, { cause: error });
      for (const { call } of placed) call.fail(failure);
    }
  }

  /** The producer, made anew where there is none. Gives up when nobody of the batch waits any more. */
  private async open(batch: readonly Waiting[]): Promise<IdempotentProducer | undefined> {
    while (!this.producer) {
      if (batch.every(({ call }) => call.settled)) return undefined;
      try {
        this.producer = await IdempotentProducer.open(this.connection);
      } catch (error) {
        this.warn('no producer', error);
        await pause(REOPEN_MS);
      }
    }
    return this.producer;
  }

  /** Gives each record its partition; the calls of a topic that is not there fail. */
  private async place(producer: IdempotentProducer, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const refused = new Map<string, PublishError>();
    for (const topic of new Set(batch.map(({ topic }) => topic))) {
      try {
        this.learn(topic, await producer.partitions(topic));
      } catch (error) {
        refused.set(topic, new PublishError(`topic ${topic} cannot be written: ${messageOf(error)}`, { cause: error }));
      }
    }
    for (const waiting of batch) {
      const refusal = refused.get(waiting.topic);
      if (refusal) waiting.call.fail(refusal);
      else waiting.partition = partitionOf(waiting.key, this.counts.get(waiting.topic)!);
    }
    return refused.size === 0 ? batch : batch.filter(({ call }) => !call.settled);
  }

  /**
   * Keys keep the partition they had when this process first wrote to the topic: more partitions would tear a key's
   * records apart (F08). Fewer means another topic of that name.
   */
  private learn(topic: string, count: number): void {
    const known = this.counts.get(topic);
    if (known === count) return;
    if (known !== undefined)
      this.warn(`topic ${topic} has ${count} partitions and had ${known}`, 'keys stay where they were');
    if (known === undefined || count < known) this.counts.set(topic, count);
  }

  private expire(): void {
    const now = performance.now();
    let first = 0;
    for (let call = this.calls[0]; call && (call.settled || call.deadline <= now); call = this.calls[++first]) {
      if (!call.settled) call.fail(new PublishError(`the log did not acknowledge within ${this.deadlineMs} ms`));
    }
    this.calls.splice(0, first);
    if (this.calls.length > 0) return;
    clearInterval(this.expiry);
    this.expiry = undefined;
  }

  private async refresh(): Promise<void> {
    await this.producer?.refresh().catch((error: unknown) => this.warn('no fresh metadata', error));
  }

  private warn(message: string, reason: unknown): void {
    this.connection.log({ level: 'error', message: `publisher: ${message}`, details: { reason: messageOf(reason) } });
  }
}

function byTopic(batch: readonly Waiting[]): Map<string, Waiting[]> {
  const topics = new Map<string, Waiting[]>();
  for (const waiting of batch) {
    const messages = topics.get(waiting.topic);
    if (messages) messages.push(waiting);
    else topics.set(waiting.topic, [waiting]);
  }
  return topics;
}

/**
 * Records of one partition lie one after the other, in the order they were sent.
 * @throws when a partition is not acknowledged; nothing is told to the callers then.
 */
function acknowledge(batches: ReadonlyMap<string, readonly Waiting[]>, first: FirstOffsets): void {
  const answers: [readonly Waiting[], number[]][] = [];
  for (const [topic, batch] of batches) {
    const next: number[] = [];
    const offsets = batch.map(({ partition }) => {
      const offset = (next[partition] ??= first.of(topic, partition));
      next[partition] = offset + 1;
      return offset;
    });
    answers.push([batch, offsets]);
  }
  for (const [batch, offsets] of answers) {
    batch.forEach(({ topic, partition, call, index }, at) => {
      call.acknowledge(index, { topic, partition, offset: offsets[at]! });
    });
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
