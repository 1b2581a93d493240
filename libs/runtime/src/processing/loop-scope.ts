import { type TopicNames } from '#libs/contracts';
import { type Store } from '#libs/store';
import { type Log } from '../logging/log.js';
import { type ProcessorMetrics } from './metrics.js';
import { type OutboxRelay } from './outbox-relay.js';

/** What the loop of one processor works with. */
export interface LoopScope {
  readonly processor: string;
  readonly topic: string;
  readonly topics: Pick<TopicNames, 'events' | 'deadLetters'>;
  /** Version of the service, for its dead letters. */
  readonly version: string;
  readonly store: Store;
  readonly relay: Pick<OutboxRelay, 'wake'>;
  readonly metrics: ProcessorMetrics;
  readonly log: Log;
}
