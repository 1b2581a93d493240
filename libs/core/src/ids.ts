import { createHash } from 'node:crypto';
import { v7 } from 'uuid';

/** Where a shell takes new ids from; rules never hold one. */
export abstract class Ids {
  /** A new UUIDv7: sorts by the time it was made. */
  abstract next(): string;
}

export class RandomIds extends Ids {
  next(): string {
    return v7();
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
