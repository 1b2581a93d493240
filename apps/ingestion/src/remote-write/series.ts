import { readMessage } from '../protobuf/read.js';
import { Refusal } from '../source.js';
import { WRITE_1, WRITE_2 } from './messages.js';

/** One series of a request, of either version. Numbers of 64 bits are bigint or text. */
export interface Series {
  readonly labels?: readonly { readonly name?: string; readonly value?: string }[];
  readonly samples?: readonly { readonly value?: number; readonly timestamp?: unknown }[];
  readonly histograms?: readonly Histogram[];
  readonly exemplars?: readonly unknown[];
  readonly unit?: string | undefined;
}

export interface Histogram {
  readonly countInt?: unknown;
  readonly countFloat?: number;
  readonly sum?: number;
  readonly timestamp?: unknown;
}

export interface WriteRequest {
  readonly timeseries: readonly Series[];
}

type Indexed = Omit<Series, 'labels' | 'unit'> & {
  readonly labelsRefs?: readonly number[];
  readonly metadata?: { readonly unitRef?: number };
};

const readFirst = readMessage(WRITE_1);
const readSecond = readMessage(WRITE_2);

/** Reads a request of remote write 1.0. */
export function readVersion1(bytes: Buffer): WriteRequest | Refusal {
  const body = readFirst(bytes);
  return body instanceof Refusal ? body : { timeseries: (body as Partial<WriteRequest>).timeseries ?? [] };
}

/** Reads a request of remote write 2.0: names and values are looked up in its table of symbols. */
export function readVersion2(bytes: Buffer): WriteRequest | Refusal {
  const body = readSecond(bytes);
  if (body instanceof Refusal) return body;
  const { symbols = [], timeseries = [] } = body as { symbols?: readonly string[]; timeseries?: readonly Indexed[] };
  if (symbols.length > 0 && symbols[0] !== '') return new Refusal('rule', 'symbols: expected the empty text first');
  const series: Series[] = [];
  for (const { labelsRefs = [], metadata, ...rest } of timeseries) {
    const known = labelsRefs.length % 2 === 0 && labelsRefs.every((ref) => ref < symbols.length);
    if (!known) return new Refusal('rule', 'labels_refs: expected pairs of places in the symbols');
    const labels = Array.from({ length: labelsRefs.length / 2 }, (_, i) => ({
      name: symbols[labelsRefs[2 * i]!]!,
      value: symbols[labelsRefs[2 * i + 1]!]!,
    }));
    series.push({ ...rest, labels, unit: symbols[metadata?.unitRef ?? 0] });
  }
  return { timeseries: series };
}

/** How much a request holds, for the answer of version 2. */
export function countsOf({ timeseries }: WriteRequest): { samples: number; histograms: number } {
  let samples = 0;
  let histograms = 0;
  for (const series of timeseries) {
    samples += series.samples?.length ?? 0;
    histograms += series.histograms?.length ?? 0;
  }
  return { samples, histograms };
}
