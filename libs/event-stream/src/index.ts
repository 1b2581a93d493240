export * from './event-log.js';
export * from './publisher.js';
export * from './records.js';
