import { type Field, type Message, type Scalar } from '../protobuf/decode.js';

/*
 * The messages of Prometheus remote write 1.0 and 2.0 that are read, by the numbers of its prompb (Apache-2.0; reference
 * demo-and-slo 3.2). Buckets of native histograms are passed over.
 */

const one = (name: string, of: Scalar | (() => Message)): Field => ({ name, of });
const many = (name: string, of: Scalar | (() => Message)): Field => ({ name, of, many: true });

const LABEL: Message = { 1: one('name', 'string'), 2: one('value', 'string') };
const SAMPLE: Message = { 1: one('value', 'double'), 2: one('timestamp', 'int64') };
const HISTOGRAM: Message = {
  1: one('countInt', 'uint64'),
  2: one('countFloat', 'double'),
  3: one('sum', 'double'),
  15: one('timestamp', 'int64'),
};
const NOTHING: Message = {};

const SERIES_1: Message = {
  1: many('labels', () => LABEL),
  2: many('samples', () => SAMPLE),
  3: many('exemplars', () => NOTHING),
  4: many('histograms', () => HISTOGRAM),
};

/** `prometheus.WriteRequest`. */
export const WRITE_1: Message = { 1: many('timeseries', () => SERIES_1) };

const METADATA: Message = { 4: one('unitRef', 'uint32') };
const SERIES_2: Message = {
  1: many('labelsRefs', 'uint32'),
  2: many('samples', () => SAMPLE),
  3: many('histograms', () => HISTOGRAM),
  4: many('exemplars', () => NOTHING),
  5: one('metadata', () => METADATA),
};

/** `io.prometheus.write.v2.Request`. */
export const WRITE_2: Message = { 4: many('symbols', 'string'), 5: many('timeseries', () => SERIES_2) };
