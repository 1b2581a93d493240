import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { createTopics } from '#libs/event-stream';
import { type BenchGround } from './harness.js';

/** Does `work` with a topic of its own, which is gone afterwards. */
export async function withTopic<T>(ground: BenchGround, work: (topic: string) => Promise<T>): Promise<T> {
  const topic = `bench-${randomUUID()}`;
  const admin = new Kafka({ brokers: [...ground.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await createTopics(admin, [{ topic, numPartitions: 12 }]);
    return await work(topic);
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
}

/** The two topics that the incidents service reads. */
export function withIncidentTopics<T>(
  ground: BenchGround,
  work: (topics: { readonly topic: string; readonly deadLettersTopic: string }) => Promise<T>,
): Promise<T> {
  return withTopic(ground, (topic) => withTopic(ground, (deadLettersTopic) => work({ topic, deadLettersTopic })));
}
