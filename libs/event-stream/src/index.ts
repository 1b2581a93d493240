export * from './errors.js';
export * from './event-log.js';
export { type ClientLog, KafkaConnection, type KafkaOptions } from './kafka/connection.js';
export { KafkaEventLog } from './kafka/event-log.js';
export { KafkaPublisher, type KafkaPublisherOptions } from './kafka/publisher.js';
export * from './publisher.js';
export * from './records.js';
