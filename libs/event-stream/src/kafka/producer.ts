import { type Message, type Producer, type RecordMetadata, type TopicMessages } from 'kafkajs';
import { type ClusterHandle, type KafkaConnection } from './connection.js';

/** A record with the partition it goes to. */
export type PlacedMessage = Message & { readonly partition: number };

/**
 * One producer id of an idempotent producer. Its user sends one batch at a time and waits for the end of it, retries
 * included: kafkajs hands out the sequence numbers of a failed batch again (K8). After an error of `send` it is useless.
 */
export class IdempotentProducer {
  private constructor(
    private readonly handle: ClusterHandle,
    private readonly producer: Producer,
  ) {}

  /** @throws when no broker gives a producer id. */
  static async open(connection: KafkaConnection): Promise<IdempotentProducer> {
    const { producer, ...handle } = connection.producer(
      () =>
        ({ message }) =>
          message.partition ?? 0,
    );
    try {
      await producer.connect();
      return new IdempotentProducer(handle, producer);
    } catch (error) {
      void handle.close('now');
      throw error;
    }
  }

  /** How many partitions `topic` has, from metadata at most 30 s old. @throws when there is no such topic. */
  async partitions(topic: string): Promise<number> {
    const known = this.count(topic);
    if (known > 0) return known;
    await this.handle.cluster.addMultipleTargetTopics([topic]);
    return this.count(topic);
  }

  /**
   * Writes a batch, retrying what may pass. Answers the offset of the first record per topic and partition.
   * @throws when it failed for good: records of it may or may not lie on the log.
   */
  async send(batch: ReadonlyMap<string, readonly PlacedMessage[]>): Promise<FirstOffsets> {
    const topicMessages: TopicMessages[] = [...batch].map(([topic, messages]) => ({ topic, messages: [...messages] }));
    return new FirstOffsets(await this.producer.sendBatch({ acks: -1, timeout: ACK_MS, topicMessages }));
  }

  /** Asks for fresh metadata, so that a severed connection is noticed before a record needs it (K13). */
  async refresh(): Promise<void> {
    await this.handle.cluster.refreshMetadata();
  }

  /** Ends it so that nothing it had begun can be sent any more. */
  discard(): void {
    void this.handle.close('now');
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private count(topic: string): number {
    try {
      return this.handle.cluster.findTopicPartitionMetadata(topic).length;
    } catch {
      return 0;
    }
  }
}

const ACK_MS = 3_000;

/** Where the partitions of one request begin. */
export class FirstOffsets {
  private readonly offsets = new Map<string, number>();

  constructor(answers: readonly RecordMetadata[]) {
    for (const { topicName, partition, baseOffset } of answers) {
      if (baseOffset !== undefined) this.offsets.set(`${topicName}/${partition}`, Number(baseOffset));
    }
  }

  /**
   * Offset of the first record of `topic`/`partition`.
   * @throws when the answer does not cover it: kafkajs drops a partition whose leader moved between two tries.
   */
  of(topic: string, partition: number): number {
    const offset = this.offsets.get(`${topic}/${partition}`);
    if (offset === undefined || offset < 0) throw new Error(`no acknowledgement for ${topic}/${partition}`);
    return offset;
  }
}
