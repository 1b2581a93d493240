import { createHook } from 'node:async_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testKafka, testTopics, type TestTopics, until } from '#libs/testing';
import { type KafkaConnection } from './connection.js';
import { KafkaEventLog } from './event-log.js';
import { API, FaultProxy } from './fault-proxy.for-spec.js';
import { KafkaPublisher } from './publisher.js';

const PATIENCE = 30_000;

let topics: TestTopics;
let proxy: FaultProxy;
let connection: KafkaConnection;

beforeAll(async () => {
  topics = await testTopics();
  proxy = await FaultProxy.before(testKafka().brokers);
  connection = proxy.connection('spec');
}, PATIENCE);

afterAll(async () => {
  await proxy.close();
  await topics.drop();
}, PATIENCE);

describe('an idle process (K2, S12)', () => {
  it(
    'is woken by timers a few times for each fetch that waits, not hundreds of times a second',
    async () => {
      const [topic] = topics.names as [string];
      const log = new KafkaEventLog(connection);
      const publisher = new KafkaPublisher(connection);
      await publisher.publish([{ topic, key: 'k', value: 'v', headers: {} }]);
      const subscription = await log.consume(
        { group: topic, topic },
        { resumeFrom: () => Promise.resolve(new Map()), handle: ({ nextOffset }) => Promise.resolve(nextOffset) },
      );
      await subscription.whenCaughtUp();

      const timers = new Set<number>();
      let wakeUps = 0;
      const hook = createHook({
        init: (id, type) => void (type === 'Timeout' && timers.add(id)),
        before: (id) => void (timers.has(id) && wakeUps++),
      });
      const before = proxy.passed(API.fetch);
      hook.enable();
      await until(() => proxy.passed(API.fetch) >= before + 10, { timeout: PATIENCE, interval: 250 });
      hook.disable();
      const looks = 10 * 2;
      expect(wakeUps).toBeLessThan(10 * 5 + looks);

      await log.close();
      await publisher.close();
    },
    PATIENCE,
  );
});
