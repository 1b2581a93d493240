import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeConsuming } from './contract/consuming.contract.js';
import { describePublishing } from './contract/publishing.contract.js';
import { describeReading } from './contract/reading.contract.js';
import { type LogUnderTest, record, type Stage, unique } from './contract/stage.contract.js';
import { type BatchHandler, type Subscription } from './event-log.js';

/** What every implementation of the two ports must do. `patience`: milliseconds that one step may take. */
export function describeEventLog(name: string, open: () => Promise<LogUnderTest>, patience: number): void {
  describe(name, () => {
    let under: LogUnderTest;
    const running: Subscription[] = [];
    const made: string[] = [];

    beforeAll(async () => {
      under = await open();
    }, patience);
    afterAll(async () => {
      await Promise.all(running.map((subscription) => subscription.stop()));
      for (const topic of made) await under.deleteTopic(topic).catch(() => undefined);
      await under.publisher.close();
      await under.log.close();
      await under.close();
    }, patience);

    const topicOf = async (partitions: number): Promise<string> => {
      const topic = unique('contract');
      await under.createTopic(topic, partitions);
      made.push(topic);
      return topic;
    };
    const publish = (topic: string, ...values: string[]): Promise<readonly { partition: number; offset: number }[]> =>
      under.publisher.publish(values.map((value) => record(topic, value)));
    const consume = async (
      topic: string,
      handler: BatchHandler,
      options = {},
      group = unique('group'),
    ): Promise<Subscription> => {
      const subscription = await under.log.consume({ group, topic, ...options }, handler);
      running.push(subscription);
      return subscription;
    };

    const stage: Stage = { under: () => under, patience, topicOf, publish, consume };
    describePublishing(stage);
    describeConsuming(stage);
    describeReading(stage);
  });
}
