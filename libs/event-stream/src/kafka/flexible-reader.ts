/** Reads a Kafka message of a flexible version (KIP-482): compact arrays and strings, tagged fields. */
export class FlexibleReader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  int16(): number {
    return this.step(2, () => this.buffer.readInt16BE(this.at));
  }

  int32(): number {
    return this.step(4, () => this.buffer.readInt32BE(this.at));
  }

  bytes(length: number): Buffer {
    return this.step(length, () => this.buffer.subarray(this.at, this.at + length));
  }

  /** A compact string; empty where it is null. */
  string(): string {
    const length = this.unsignedVarint();
    return length === 0 ? '' : this.bytes(length - 1).toString('utf8');
  }

  /** A compact array, each element read by `element`. */
  array<T>(element: () => T): T[] {
    const length = Math.max(0, this.unsignedVarint() - 1);
    return Array.from({ length }, element);
  }

  /** Skips the tagged fields that end every structure. */
  tags(): void {
    for (let count = this.unsignedVarint(); count > 0; count--) {
      this.unsignedVarint();
      this.bytes(this.unsignedVarint());
    }
  }

  private unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer.readUInt8(this.at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a variable-length number is longer than five bytes');
  }

  private step<T>(length: number, read: () => T): T {
    const value = read();
    this.at += length;
    return value;
  }
}
