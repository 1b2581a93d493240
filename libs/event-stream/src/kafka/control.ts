import type Broker from 'kafkajs/src/broker/index.js';
import { type TopicState } from '../event-log.js';
import { type ClusterHandle, type KafkaConnection } from './connection.js';
import { type TopicMetadata, topicMetadataRequest } from './topic-identity.js';

const READ_COMMITTED = 1;
const CONSUMER_GROUPS = 0;
const EARLIEST = -2;
const LATEST = -1;

/**
 * Questions about topics, asked over connections of their own: kafkajs' shared metadata fails as a whole when one topic
 * of a client is gone.
 */
export class Control {
  private readonly links = new Map<string, ClusterHandle>();
  private readonly glances = new Map<string, Promise<TopicState | undefined>>();
  private closed = false;

  constructor(private readonly connection: KafkaConnection) {}

  /** @throws when no configured broker answers. */
  async ping(): Promise<void> {
    await this.anyBroker((broker) => broker.connectionPool.send(topicMetadataRequest()));
  }

  /** Identity and leaders; undefined where there is no such topic. */
  metadata(topic: string): Promise<TopicMetadata | undefined> {
    return this.anyBroker((broker) => broker.connectionPool.send(topicMetadataRequest(topic)));
  }

  /** Identity, and per partition the oldest offset and the one after the newest committed record. */
  async topic(topic: string): Promise<TopicState | undefined> {
    const metadata = await this.metadata(topic);
    if (!metadata) return undefined;
    const byLeader = groupByLeader(topic, metadata);
    const answers = await Promise.all(
      [...byLeader].map(([leader, partitions]) => this.bounds(topic, leader, partitions)),
    );
    const partitions = answers.flat().sort((a, b) => a.partition - b.partition);
    return { topic, topicId: metadata.topicId, partitions };
  }

  /** As `topic`, but who asks while an answer is awaited shares it: for those who watch. */
  glance(topic: string): Promise<TopicState | undefined> {
    const asked = this.glances.get(topic) ?? this.topic(topic).finally(() => this.glances.delete(topic));
    this.glances.set(topic, asked);
    return asked;
  }

  /**
   * Lets the members of a group that are called `clientId` leave it: left over from a process that crashed, they would
   * keep the group waiting until their session times out (K5: kafkajs has no static membership).
   */
  async dismiss(groupId: string, clientId: string): Promise<void> {
    const broker = await this.coordinator(groupId);
    const { groups } = await broker.describeGroups({ groupIds: [groupId] });
    const members = groups.flatMap((group) => group.members).filter((member) => member.clientId === clientId);
    for (const { memberId } of members) await broker.leaveGroup({ groupId, memberId });
  }

  /** Lets one member leave its group. */
  async leave(groupId: string, memberId: string): Promise<void> {
    await (await this.coordinator(groupId)).leaveGroup({ groupId, memberId });
  }

  async close(): Promise<void> {
    this.closed = true;
    const links = [...this.links.values()];
    this.links.clear();
    await Promise.all(links.map((link) => link.close()));
  }

  private async bounds(
    topic: string,
    leader: string,
    partitions: readonly number[],
  ): Promise<TopicState['partitions']> {
    const broker = await this.brokerAt(leader);
    const [low, high] = await Promise.all([EARLIEST, LATEST].map((at) => offsets(broker, topic, partitions, at)));
    return partitions.map((partition) => ({
      partition,
      low: low?.get(partition) ?? 0,
      high: high?.get(partition) ?? 0,
    }));
  }

  private async anyBroker<T>(ask: (broker: Broker) => Promise<T>): Promise<T> {
    return ask(await this.link('', this.connection.brokers).cluster.brokerPool.findConnectedBroker());
  }

  private async coordinator(groupId: string): Promise<Broker> {
    const asked = { groupId, coordinatorType: CONSUMER_GROUPS };
    const { coordinator } = await this.anyBroker((broker) => broker.findGroupCoordinator(asked));
    return this.brokerAt(`${coordinator.host}:${coordinator.port}`);
  }

  private brokerAt(address: string): Promise<Broker> {
    return this.link(address, [address]).cluster.brokerPool.findConnectedBroker();
  }

  private link(name: string, brokers: readonly string[]): ClusterHandle {
    if (this.closed) throw new Error('the event log is closed');
    const link = this.links.get(name) ?? this.connection.cluster(brokers);
    this.links.set(name, link);
    return link;
  }
}

/** Partitions by the address of their leader. @throws when one has none at the moment. */
export function groupByLeader(topic: string, metadata: TopicMetadata): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [partition, leader] of metadata.leaders) {
    if (leader === undefined) throw new Error(`${topic}/${partition} has no leader`);
    groups.set(leader, [...(groups.get(leader) ?? []), partition]);
  }
  return groups;
}

async function offsets(
  broker: Broker,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): Promise<Map<number, number>> {
  const asked = partitions.map((partition) => ({ partition, timestamp }));
  const { responses } = await broker.listOffsets({
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: asked }],
  });
  return new Map(responses.flatMap((answer) => answer.partitions).map((p) => [p.partition, Number(p.offset)]));
}
