import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTopics } from '#libs/event-stream';
import { topicSpecs } from '#libs/contracts';
import { testKafka, uniqueName } from '#libs/testing';
import { kafkaClient, plainAccess } from './kafka-access.js';
import { ensureTopics } from './topics.js';

describe('the topics of an installation', () => {
  const access = plainAccess(testKafka().brokers.join(','));
  const admin = kafkaClient(access, 5).admin();
  const name = (topic: string): string => `${unique}-${topic}`;
  const unique = uniqueName('spec');
  const specs = topicSpecs({ events: name('events'), telemetry: name('telemetry'), deadLetters: name('dead') });

  beforeAll(async () => {
    await admin.connect();
  });
  afterAll(async () => {
    await admin.deleteTopics({ topics: specs.map(({ topic }) => topic) });
    await admin.disconnect();
  });

  it('are made where they are absent, and reported, not changed, where they differ', async () => {
    const foreign = { topic: name('telemetry'), numPartitions: 3, replicationFactor: 1 };
    await createTopics(admin, [foreign]);
    const first = await ensureTopics(access, specs);
    expect(first.created).toEqual([name('events'), name('dead')]);
    expect(first.differences).toEqual([`topic ${name('telemetry')} has 3 partitions instead of 12; left as it is`]);

    const second = await ensureTopics(access, specs);
    expect(second).toEqual({ created: [], differences: first.differences });
    const { topics } = await admin.fetchTopicMetadata({ topics: [name('telemetry'), name('events')] });
    expect(topics.map(({ partitions }) => partitions.length).sort()).toEqual([12, 3]);
  });
});
