import { EventPublisher, PublishError } from '../publisher.js';
import { type OutgoingRecord, type Position } from '../records.js';
import { type MemoryLog } from './memory-log.js';

/** Publishes to a log in memory. */
export class MemoryPublisher extends EventPublisher {
  private closed = false;

  constructor(private readonly log: MemoryLog) {
    super();
  }

  override async publish(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    await Promise.resolve();
    if (this.closed) throw new PublishError('the publisher is closed');
    try {
      return this.log.append(records);
    } catch (error) {
      throw new PublishError((error as Error).message, { cause: error });
    }
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
