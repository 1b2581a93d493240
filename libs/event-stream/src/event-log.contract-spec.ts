import { testKafka } from '#libs/testing';
import { Kafka, logLevel } from 'kafkajs';
import { type LogUnderTest } from './contract/stage.contract.js';
import { describeEventLog } from './event-log.contract.js';
import { KafkaConnection } from './kafka/connection.js';
import { createTopics } from './kafka/create-topics.js';
import { KafkaEventLog } from './kafka/event-log.js';
import { KafkaPublisher } from './kafka/publisher.js';
import { MemoryEventLog } from './memory/memory-event-log.js';
import { MemoryLog } from './memory/memory-log.js';
import { MemoryPublisher } from './memory/memory-publisher.js';

describeEventLog('in memory', () => Promise.resolve(inMemory()), 5_000);
describeEventLog('on Kafka', onKafka, 90_000);

function inMemory(): LogUnderTest {
  const log = new MemoryLog();
  return {
    log: new MemoryEventLog(log),
    publisher: new MemoryPublisher(log),
    createTopic: (name, partitions) => Promise.resolve(log.createTopic(name, partitions)),
    deleteTopic: (name) => Promise.resolve(log.deleteTopic(name)),
    deleteRecords: (topic, partition, offset) => Promise.resolve(log.deleteRecords(topic, partition, offset)),
    close: () => Promise.resolve(),
  };
}

async function onKafka(): Promise<LogUnderTest> {
  const brokers = [...testKafka().brokers];
  const connection = new KafkaConnection({ brokers, clientId: 'contract' });
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return {
    log: new KafkaEventLog(connection),
    publisher: new KafkaPublisher(connection),
    createTopic: async (topic, numPartitions) => {
      await createTopics(admin, [{ topic, numPartitions }]);
    },
    deleteTopic: (topic) => admin.deleteTopics({ topics: [topic] }),
    deleteRecords: async (topic, partition, offset) => {
      await admin.fetchTopicOffsets(topic); // kafkajs finds the leader only after this
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
    },
    close: () => admin.disconnect(),
  };
}
