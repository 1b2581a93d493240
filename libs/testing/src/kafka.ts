import { type TopicNames } from '#libs/contracts';
import { createTopics } from '#libs/event-stream';
import { Kafka, logLevel } from 'kafkajs';
import { testGround } from './config.js';
import { uniqueName } from './names.js';

/** How to reach the test broker. */
export function testKafka(): { brokers: readonly string[] } {
  return { brokers: testGround().brokers };
}

export interface TestTopics {
  readonly names: readonly string[];
  drop(): Promise<void>;
}

/** `count` topics of the spec's own. */
export async function testTopics(count = 1, partitions = 12): Promise<TestTopics> {
  const names = Array.from({ length: count }, () => uniqueName('spec'));
  await withAdmin((admin) =>
    createTopics(
      admin,
      names.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
    ),
  );
  return { names, drop: () => withAdmin((admin) => admin.deleteTopics({ topics: [...names] })) };
}

/** The three topics of an installation of the spec's own. */
export async function testInstallationTopics(partitions = 12): Promise<{ topics: TopicNames; drop(): Promise<void> }> {
  const { names, drop } = await testTopics(3, partitions);
  const [events, telemetry, deadLetters] = names as readonly [string, string, string];
  return { topics: { events, telemetry, deadLetters }, drop };
}

type Admin = ReturnType<Kafka['admin']>;

async function withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const kafka = new Kafka({
    clientId: 'spec',
    brokers: [...testGround().brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 8 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
