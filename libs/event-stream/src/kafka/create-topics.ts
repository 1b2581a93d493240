import { setTimeout as pause } from 'node:timers/promises';
import { type Admin, type ITopicConfig } from 'kafkajs';

const WITHIN_MS = 60_000;
const AGAIN_MS = 50;

/**
 * Makes topics and resolves when every partition has a leader. A broker may not know a topic yet that its controller has
 * just made; kafkajs's own `waitForLeaders` gives up then ("This server does not host this topic-partition").
 * Answers false when they were there already.
 */
export async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<boolean> {
  const made = await admin.createTopics({ topics, waitForLeaders: false });
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const trouble = await troubleWith(admin, topics);
    if (trouble === undefined) return made;
    if (performance.now() > deadline) throw trouble;
    await pause(AGAIN_MS);
  }
}

async function troubleWith(admin: Admin, topics: ITopicConfig[]): Promise<Error | undefined> {
  try {
    const state = await admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) });
    const leaderless = state.topics.find(({ partitions }) => partitions.some(({ leader }) => leader < 0));
    return leaderless && new Error(`topic ${leaderless.name} has a partition without a leader`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
