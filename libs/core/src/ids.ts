import { createHash, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Where a shell takes new ids from; rules never hold one. */
export abstract class Ids {
  /** A new UUIDv7: sorts by the time it was made. */
  abstract next(): string;
}

/** Random bytes are fetched for this many ids at once: each fetch costs more than ten ids. */
const POOLED = 512;
const RANDOM_BYTES = 16;

/** Version 7 (RFC 9562 5.7) with the counter of its 6.2, method 1: ids of one process sort by the order they were made in. */
export class RandomIds extends Ids {
  private readonly pool = new Uint8Array(POOLED * RANDOM_BYTES);
  private used = POOLED;
  private msecs = 0;
  private seq = 0;

  next(): string {
    const random = this.random();
    const now = Date.now();
    if (now > this.msecs) {
      this.msecs = now;
      // The highest bit stays free: the counter has room to grow within its millisecond.
      this.seq = ((random[6]! & 0x7f) << 24) | (random[7]! << 16) | (random[8]! << 8) | random[9]!;
    } else {
      this.seq = (this.seq + 1) | 0;
      if (this.seq === 0) this.msecs++;
    }
    return v7({ random, msecs: this.msecs, seq: this.seq });
  }

  private random(): Uint8Array {
    if (this.used === POOLED) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    const start = this.used++ * RANDOM_BYTES;
    return this.pool.subarray(start, start + RANDOM_BYTES);
  }
}

/** Ids 00000000-0000-7000-8000-00000000000n in order: for specs. */
export class CountingIds extends Ids {
  private count = 0;

  next(): string {
    return `00000000-0000-7000-8000-${String(++this.count).padStart(12, '0')}`;
  }
}

/**
 * The id that the same parts always give: SHA-256 of the length-prefixed parts, as a UUID of version 8 (RFC 9562 5.8).
 * A retry that repeats the parts repeats the id.
 */
export function derivedId(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = String(part);
    hash.update(`${text.length}:${text};`);
  }
  const hex = hash.digest('hex');
  const variant = ((parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}
