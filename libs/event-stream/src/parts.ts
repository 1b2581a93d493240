import { type StreamRecord } from './records.js';

/** The largest batch that a handler wants. */
export interface BatchBounds {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** Unless the consumer says otherwise: what one fetch brings at most. */
export const DEFAULT_BOUNDS: BatchBounds = { maxRecords: 5_000, maxBytes: 4 * 1024 * 1024 };

const RECORD_OVERHEAD = 64;

/**
 * Consecutive records in parts within the bounds (one record at least), each with the offset after it; the last one
 * ends at `end`. No records still make one part: the log goes on behind them.
 */
export function* parts(
  records: readonly StreamRecord[],
  end: number,
  bounds: BatchBounds,
): Generator<readonly [readonly StreamRecord[], number]> {
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < records.length; at++) {
    const { key, value, offset } = records[at]!;
    const weight = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
    if (at > from && (at - from >= bounds.maxRecords || bytes + weight > bounds.maxBytes)) {
      yield [records.slice(from, at), offset];
      from = at;
      bytes = 0;
    }
    bytes += weight;
  }
  yield [from === 0 ? records : records.slice(from), end];
}
