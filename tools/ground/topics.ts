import kafkajs, { type Admin } from 'kafkajs';
import { createTopics } from '#libs/event-stream';
import { type TopicSpec } from '#libs/contracts';
import { type KafkaAccess, kafkaClient } from './kafka-access.js';

/** What was found and done about the topics. */
export interface TopicReport {
  readonly created: readonly string[];
  /** One line for each setting of an existing topic that differs. Nothing is changed: that is its owner's to decide. */
  readonly differences: readonly string[];
}

const RETRIES = 5;
/** The cluster's own default; on one broker that is 1. */
const BROKER_DEFAULT = -1;

/**
 * Creates the topics that are absent and compares those that exist.
 * @throws the client's error when the cluster does not answer or refuses
 */
export async function ensureTopics(access: KafkaAccess, specs: readonly TopicSpec[]): Promise<TopicReport> {
  const admin = kafkaClient(access, RETRIES).admin();
  await admin.connect();
  try {
    const present = new Set(await admin.listTopics());
    const absent = specs.filter(({ topic }) => !present.has(topic));
    if (absent.length > 0) await create(admin, absent);
    const existing = specs.filter(({ topic }) => present.has(topic));
    return {
      created: absent.map(({ topic }) => topic),
      differences: existing.length > 0 ? await compare(admin, existing) : [],
    };
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const topics = specs.map(({ topic, partitions, retentionMs }) => ({
    topic,
    numPartitions: partitions,
    replicationFactor: BROKER_DEFAULT,
    configEntries: [{ name: 'retention.ms', value: String(retentionMs) }],
  }));
  await createTopics(admin, topics);
}

async function compare(admin: Admin, specs: readonly TopicSpec[]): Promise<string[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ topic }) => topic) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ topic }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: ['retention.ms'],
    })),
  });
  return specs.flatMap((spec) => {
    const partitions = topics.find(({ name }) => name === spec.topic)?.partitions.length ?? 0;
    const entries = resources.find(({ resourceName }) => resourceName === spec.topic)?.configEntries ?? [];
    return differences(spec, partitions, entries.find(({ configName }) => configName === 'retention.ms')?.configValue);
  });
}

/** The lines for one topic: what it has, what is expected, what follows from it. */
export function differences(spec: TopicSpec, partitions: number, retention: string | undefined): string[] {
  const lines: string[] = [];
  if (partitions !== spec.partitions) {
    lines.push(`topic ${spec.topic} has ${partitions} partitions instead of ${spec.partitions}; left as it is`);
  }
  if (retention !== undefined && retention !== String(spec.retentionMs)) {
    const short = spec.retentionMs === -1 || Number(retention) < spec.retentionMs;
    const effect = short && retention !== '-1' ? ': what is deleted cannot be rebuilt from' : '';
    lines.push(
      `topic ${spec.topic} has retention.ms ${retention} instead of ${spec.retentionMs}; left as it is${effect}`,
    );
  }
  return lines;
}
