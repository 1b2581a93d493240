import { type EventEnvelope, headersOf, keyOf } from '#libs/contracts';
import { insertOutbox, type OutboxRecord, type StoreTx } from '#libs/store';
import { type UnitOfWork } from '../processor.js';

/** Brokers take 1 MiB by default, headers and framing included; refused here, an event cannot hold up the outbox. */
export const MAX_EVENT_BYTES = 1_000_000;

/** Collects what a transaction wants published and writes it as the transaction's last step. */
export class OutboxUnit implements UnitOfWork {
  private readonly records: OutboxRecord[] = [];

  constructor(
    readonly tx: StoreTx,
    private readonly topic: string,
  ) {}

  emit(event: EventEnvelope): void {
    const value = JSON.stringify(event);
    const bytes = value.length > MAX_EVENT_BYTES / 4 ? Buffer.byteLength(value) : value.length;
    if (bytes > MAX_EVENT_BYTES) throw new RangeError(`${event.name} takes ${bytes} bytes; at most ${MAX_EVENT_BYTES}`);
    this.put({ topic: this.topic, key: keyOf(event), headers: headersOf(event), value });
  }

  put(record: OutboxRecord): void {
    this.records.push(record);
  }

  /** Answers the shards that have something new. */
  async flush(schema: string): Promise<ReadonlySet<number>> {
    return insertOutbox(this.tx, schema, this.records);
  }
}
