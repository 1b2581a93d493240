import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A request of remote write 2.0, for specs: samples are [value, ms], histograms [count, sum, ms]. */
export interface ForSpec {
  readonly symbols: readonly string[];
  readonly series: readonly {
    readonly refs: readonly number[];
    readonly samples?: readonly (readonly [number, number])[];
    readonly histograms?: readonly (readonly [number, number, number])[];
    readonly exemplars?: number;
    readonly unitRef?: number;
  }[];
}

export function encodedV2({ symbols, series }: ForSpec): Buffer {
  const writer = new BinaryWriter();
  for (const symbol of symbols) writer.tag(4, WireType.LengthDelimited).string(symbol);
  for (const { refs, samples = [], histograms = [], exemplars = 0, unitRef } of series) {
    writer.tag(5, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).fork();
    for (const ref of refs) writer.uint32(ref);
    writer.join();
    for (const [value, ms] of samples) {
      writer.tag(2, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.Bit64).double(value).tag(2, WireType.Varint).int64(ms).join();
    }
    for (const [count, sum, ms] of histograms) {
      writer.tag(3, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.Varint).uint64(count).tag(3, WireType.Bit64).double(sum);
      writer.tag(4, WireType.Varint).sint32(3).tag(15, WireType.Varint).int64(ms).join();
    }
    for (let i = 0; i < exemplars; i++)
      writer.tag(4, WireType.LengthDelimited).fork().tag(2, WireType.Bit64).double(1).join();
    if (unitRef !== undefined) {
      writer
        .tag(5, WireType.LengthDelimited)
        .fork()
        .tag(1, WireType.Varint)
        .uint32(2)
        .tag(4, WireType.Varint)
        .uint32(unitRef)
        .join();
    }
    writer.join();
  }
  return Buffer.from(writer.finish());
}
