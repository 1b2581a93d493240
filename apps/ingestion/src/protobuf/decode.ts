import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** How the value of a field is written. `hex` and `base64` are bytes, told as text. */
export type Scalar =
  | 'string'
  | 'hex'
  | 'base64'
  | 'bool'
  | 'double'
  | 'int64'
  | 'uint64'
  | 'sint32'
  | 'uint32'
  | 'int32'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64';

/** A field of a message: its name in JSON, what it holds, whether it may stand more than once. */
export interface Field {
  readonly name: string;
  readonly of: Scalar | (() => Message);
  readonly many?: true;
}

/** The fields of a message that are read, by number; others are passed over. */
export type Message = Readonly<Record<number, Field>>;

/** Why bytes are not the message that they should be. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';
}

/** More in it than one request may hold. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** Values and messages of one request: a few bytes can stand for an object each, so bytes alone are no bound. */
const MAX_VALUES = 1_000_000;
const MAX_DEPTH = 40;
const utf8 = new TextDecoder('utf-8', { fatal: true });

const wireTypes: Readonly<Record<Scalar, WireType>> = {
  string: WireType.LengthDelimited,
  hex: WireType.LengthDelimited,
  base64: WireType.LengthDelimited,
  bool: WireType.Varint,
  double: WireType.Bit64,
  int64: WireType.Varint,
  uint64: WireType.Varint,
  sint32: WireType.Varint,
  uint32: WireType.Varint,
  int32: WireType.Varint,
  fixed32: WireType.Bit32,
  fixed64: WireType.Bit64,
  sfixed64: WireType.Bit64,
};

/**
 * Reads a protobuf message into the object that its JSON form would be; integers of 64 bits are bigint, or text where the
 * platform has none. Unknown fields are passed over.
 * @throws Undecodable, TooMuch
 */
export function decodeMessage(bytes: Uint8Array, message: Message): Record<string, unknown> {
  const reader = new BinaryReader(bytes, (text) => utf8.decode(text));
  try {
    return new Decoding(reader).message(message, bytes.length, 0);
  } catch (error) {
    if (error instanceof TooMuch) throw error;
    throw new Undecodable(
      error instanceof Undecodable ? error.message : 'the body is not the protobuf message expected',
    );
  }
}

class Decoding {
  private values = 0;

  constructor(private readonly reader: BinaryReader) {}

  message(message: Message, end: number, depth: number): Record<string, unknown> {
    if (depth > MAX_DEPTH) throw new Undecodable(`the body is nested deeper than ${MAX_DEPTH} levels`);
    const { reader } = this;
    const result: Record<string, unknown> = {};
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      const field = message[number];
      if (field) this.field(field, wireType, result, depth);
      else reader.skip(wireType, number);
      if (reader.pos > end) throw new Undecodable('a field ends beyond its message');
    }
    return result;
  }

  private field({ name, of, many }: Field, wireType: WireType, into: Record<string, unknown>, depth: number): void {
    if (!many) {
      into[name] = this.value(of, wireType, depth);
      return;
    }
    const list = (into[name] ??= []) as unknown[];
    if (typeof of === 'string' && wireType === WireType.LengthDelimited && wireTypes[of] !== wireType) {
      const end = this.endOf();
      while (this.reader.pos < end) list.push(this.value(of, wireTypes[of], depth));
    } else list.push(this.value(of, wireType, depth));
  }

  private value(of: Scalar | (() => Message), wireType: WireType, depth: number): unknown {
    if (++this.values > MAX_VALUES) throw new TooMuch(`expected at most ${MAX_VALUES} values in one request`);
    const expected = typeof of === 'string' ? wireTypes[of] : WireType.LengthDelimited;
    if (wireType !== expected) throw new Undecodable('a field has another wire type than expected');
    if (typeof of === 'string') return this.scalar(of);
    return this.message(of(), this.endOf(), depth + 1);
  }

  private endOf(): number {
    const length = this.reader.uint32();
    const end = this.reader.pos + length;
    if (end > this.reader.len) throw new Undecodable('the body ends within a field');
    return end;
  }

  private scalar(of: Scalar): unknown {
    switch (of) {
      case 'hex':
      case 'base64':
        return Buffer.from(this.reader.bytes()).toString(of);
      default:
        return this.reader[of]();
    }
  }
}
