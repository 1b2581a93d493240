import { joinKey } from './key.js';

export type Labels = Readonly<Record<string, string>>;

/**
 * Alertmanager's fingerprint of a label set: 64-bit FNV-1a over the names in order, each name and value followed by
 * the byte 0xFF; 16 hex digits (reference assisted-and-ses C1). The same for every sender.
 */
export function fingerprintOf(labels: Labels): string {
  const hash = new Fnv1a();
  for (const name of namesInOrder(labels)) {
    hash.add(name);
    hash.add(labels[name] ?? '');
  }
  return hash.hex();
}

/** FNV-1a of 64 bits in two 32-bit halves: BigInt takes ten times as long, and every alert that comes in pays it. */
class Fnv1a {
  private high = 0xcbf29ce4 | 0;
  private low = 0x84222325 | 0;

  /** Hashes the UTF-8 of `text` and a byte 0xFF. */
  add(text: string): void {
    let { high, low } = this;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.addBytes([...Buffer.from(text), 0xff]);
      // Exclusive or, then times the prime 2^40 + 0x1b3, in 16-bit steps that stay within 32 bits.
      low ^= code;
      const first = (low & 0xffff) * 0x1b3;
      const second = (low >>> 16) * 0x1b3 + (first >>> 16);
      high = (Math.imul(high, 0x1b3) + (second >>> 16) + (low << 8)) | 0;
      low = (second << 16) | (first & 0xffff);
    }
    this.high = high;
    this.low = low;
    this.addBytes([0xff]);
  }

  hex(): string {
    return hexOf(this.high) + hexOf(this.low);
  }

  private addBytes(bytes: readonly number[]): void {
    for (const byte of bytes) {
      const low = this.low ^ byte;
      const first = (low & 0xffff) * 0x1b3;
      const second = (low >>> 16) * 0x1b3 + (first >>> 16);
      this.high = (Math.imul(this.high, 0x1b3) + (second >>> 16) + (low << 8)) | 0;
      this.low = (second << 16) | (first & 0xffff);
    }
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf(half: number): string {
  return HEX[half >>> 24]! + HEX[(half >>> 16) & 0xff]! + HEX[(half >>> 8) & 0xff]! + HEX[half & 0xff]!;
}

/** Names by their UTF-8 bytes. Most senders write them in order already. */
function namesInOrder(labels: Labels): readonly string[] {
  const names = Object.keys(labels);
  if (names.some(hasLateCode)) return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (let i = 1; i < names.length; i++) if (!(names[i - 1]! < names[i]!)) return names.sort();
  return names;
}

/** Whether the order of the code units may differ from that of the bytes: from the surrogates on. */
function hasLateCode(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0xd800) return true;
  return false;
}

/** The service that an alert speaks of, from its labels (reference assisted-and-ses B3). */
export interface ServiceLabels {
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
}

export interface ServiceObservation extends ServiceLabels {
  readonly status: string;
  readonly description: string;
  readonly location: string;
}

/** Label `name` in any case; undefined when absent or empty. The exact lower-case spelling wins over others. */
export function labelOf(labels: Labels, name: string): string | undefined {
  const exact = labels[name];
  if (exact) return exact;
  const spelling = Object.keys(labels).find(
    (key) => key.length === name.length && key.toLowerCase() === name && labels[key],
  );
  return spelling === undefined ? undefined : labels[spelling];
}

/** Platform, service and facet of the labels, or undefined when one is absent. */
export function serviceLabelsOf(labels: Labels): ServiceLabels | undefined {
  const platform = labelOf(labels, 'platform');
  const service = platform && labelOf(labels, 'service');
  const facet = service && labelOf(labels, 'facet');
  return platform && service && facet ? { platform, service, facet } : undefined;
}

/** What an alert says of a service's status, or undefined when one of the five labels is absent. */
export function observationOf(labels: Labels, annotations: Labels): ServiceObservation | undefined {
  const named = serviceLabelsOf(labels);
  const status = labelOf(labels, 'status');
  const description = labelOf(labels, 'description');
  if (!named || !status || !description) return undefined;
  return { ...named, status, description, location: annotations['location'] ?? '' };
}

/**
 * The stream of an alert. All records of one fingerprint and of one service share it: the service where the labels
 * name one (location is left out: it is an annotation and may change under one fingerprint), else the fingerprint.
 */
export function alertSubject(partition: string, labels: Labels): string {
  const named = serviceLabelsOf(labels);
  if (named) return serviceSubject(partition, named);
  return `alert/${joinKey(partition, fingerprintOf(labels))}`;
}

/** The stream of a service's status records: the one its alerts have. */
export function serviceSubject(partition: string, { platform, service, facet }: ServiceLabels): string {
  return `service/${joinKey(partition, platform, service, facet)}`;
}
