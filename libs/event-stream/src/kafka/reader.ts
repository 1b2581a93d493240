import { setTimeout as pause } from 'node:timers/promises';
import type Broker from 'kafkajs/src/broker/index.js';
import Batch from 'kafkajs/src/consumer/batch.js';
import { backoff, doubling } from '#libs/core';
import { CheckpointOutsideLog, CorruptRecords, FatalStreamError } from '../errors.js';
import { type ReadOptions } from '../event-log.js';
import { type StreamRecord } from '../records.js';
import { type ClusterHandle, type KafkaConnection } from './connection.js';
import { isCorruption } from './corruption.js';
import { type Control, groupByLeader } from './control.js';
import { KafkaRecord } from './kafka-record.js';

const READ_COMMITTED = 1;
const WAIT_MS = 250;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_PARTITION_BYTES = 1024 * 1024;
const RETRIES = doubling(100, 1_000);
const MAX_TRIES = 10;

/**
 * Fetches straight from the partitions' leaders, over connections of its own (a fetch that waits holds up whatever
 * else its connection carries). Leaves no group behind.
 */
export class Reader {
  private readonly links = new Map<string, ClusterHandle>();
  private readonly next = new Map<number, number>();

  constructor(
    private readonly connection: KafkaConnection,
    private readonly control: Control,
    private readonly options: ReadOptions,
  ) {}

  async *batches(): AsyncGenerator<readonly StreamRecord[]> {
    try {
      await this.locate();
      for (let tries = 0; this.unfinished().length > 0 && !this.options.signal?.aborted;) {
        try {
          yield* await this.round();
          tries = 0;
        } catch (error) {
          if (isCorruption(error)) throw new CorruptRecords(this.options.topic, error.message);
          if (error instanceof FatalStreamError || tries >= MAX_TRIES) throw error;
          await pause(backoff(RETRIES, tries++, Math.random()));
        }
      }
    } finally {
      await Promise.all([...this.links.values()].map((link) => link.close()));
    }
  }

  private async locate(): Promise<void> {
    const state = await this.control.topic(this.options.topic);
    if (!state) throw new Error(`there is no topic ${this.options.topic}`);
    for (const { partition, low, high } of state.partitions) {
      const from = this.options.from?.get(partition) ?? low;
      if (from < low || from > high) throw new CheckpointOutsideLog(state.topic, partition, from, low, high);
      this.next.set(partition, from);
    }
  }

  /** Partitions that have not reached their end. With `until`, a partition it does not name is not read. */
  private unfinished(): number[] {
    const { until } = this.options;
    const partitions = [...this.next.keys()];
    if (!until) return partitions;
    return partitions.filter((partition) => this.next.get(partition)! < (until.get(partition) ?? 0));
  }

  /** One fetch from every leader; what came, by partition. */
  private async round(): Promise<StreamRecord[][]> {
    const metadata = await this.control.metadata(this.options.topic);
    if (!metadata) throw new Error(`there is no topic ${this.options.topic}`);
    const open = new Set(this.unfinished());
    const wanted = [...groupByLeader(this.options.topic, metadata)]
      .map(([leader, partitions]) => [leader, partitions.filter((partition) => open.has(partition))] as const)
      .filter(([, partitions]) => partitions.length > 0);
    const fetched = await Promise.all(wanted.map(([leader, partitions]) => this.fetch(leader, partitions)));
    return fetched.flat().filter((records) => records.length > 0);
  }

  private async fetch(leader: string, partitions: readonly number[]): Promise<StreamRecord[][]> {
    const broker = await this.broker(leader);
    const { topic } = this.options;
    const { responses } = await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: WAIT_MS,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      topics: [{ topic, partitions: partitions.map((partition) => this.wanted(partition)) }],
    });
    return responses
      .flatMap((answer) => answer.partitions)
      .map((data) => {
        const batch = new Batch(topic, String(this.next.get(data.partition)), data);
        return this.take(data.partition, batch);
      });
  }

  private wanted(partition: number): { partition: number; fetchOffset: string; maxBytes: number } {
    return { partition, fetchOffset: String(this.next.get(partition)), maxBytes: MAX_PARTITION_BYTES };
  }

  private take(partition: number, batch: Batch): StreamRecord[] {
    if (batch.rawMessages.length === 0) return [];
    this.next.set(partition, Number(batch.lastOffset()) + 1);
    const end = this.options.until?.get(partition) ?? Infinity;
    return batch.messages
      .map((message) => new KafkaRecord(this.options.topic, partition, message))
      .filter(({ offset }) => offset < end);
  }

  private async broker(address: string): Promise<Broker> {
    const link = this.links.get(address) ?? this.connection.cluster([address]);
    this.links.set(address, link);
    return link.cluster.brokerPool.findConnectedBroker();
  }
}
