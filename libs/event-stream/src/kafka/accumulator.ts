import { type OutgoingRecord } from '../records.js';
import { type PublishCall } from './publish-call.js';

/** One record on its way, as kafkajs takes it, with the call that it belongs to. */
export interface Waiting {
  readonly topic: string;
  readonly key: string;
  readonly value: string | Buffer;
  readonly headers: Record<string, string>;
  /** Known once the topic is. */
  partition: number;
  readonly call: PublishCall;
  /** Its place in the call. */
  readonly index: number;
  readonly bytes: number;
}

/** How much one request carries at most. */
export interface RequestBounds {
  readonly records: number;
  readonly bytes: number;
}

/** What a record costs beside its key and value: offsets, lengths, checksum share. */
const RECORD_OVERHEAD = 64;

/** Bytes that `record` takes on the wire, estimated from above. */
export function bytesOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD + Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const name in headers) bytes += name.length + Buffer.byteLength(headers[name] ?? '') + 2;
  return bytes;
}

/** Records that wait for the next request, in the order they came, with what they weigh. */
export class Accumulator {
  private queue: Waiting[] = [];
  private head = 0;
  private queued = 0;

  /** Records that wait. */
  get size(): number {
    return this.queue.length - this.head;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.queued;
  }

  add(waiting: Waiting): void {
    this.queue.push(waiting);
    this.queued += waiting.bytes;
  }

  /** The next records, in order, within `bounds` (one at least). Records of calls that already failed are dropped. */
  take(bounds: RequestBounds): Waiting[] {
    const taken: Waiting[] = [];
    for (let bytes = 0; this.head < this.queue.length; this.head++) {
      const waiting = this.queue[this.head]!;
      if (waiting.call.settled) {
        this.queued -= waiting.bytes;
        continue;
      }
      if (taken.length > 0 && (taken.length >= bounds.records || bytes + waiting.bytes > bounds.bytes)) break;
      taken.push(waiting);
      bytes += waiting.bytes;
      this.queued -= waiting.bytes;
    }
    this.compact();
    return taken;
  }

  /** Whether a whole request waits. */
  fills(bounds: RequestBounds): boolean {
    return this.size >= bounds.records || this.queued >= bounds.bytes;
  }

  private compact(): void {
    if (this.head < 1024 && this.head < this.queue.length) return;
    this.queue = this.queue.slice(this.head);
    this.head = 0;
  }
}
