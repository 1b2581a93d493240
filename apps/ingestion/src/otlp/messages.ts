import { type Field, type Message, type Scalar } from '../protobuf/decode.js';

/*
 * The messages of OTLP that are read, by the numbers of opentelemetry-proto 1.10 (Apache-2.0; reference demo-and-slo 3.1):
 * the names are those of its JSON form, so one translation serves both.
 */

const one = (name: string, of: Scalar | (() => Message)): Field => ({ name, of });
const many = (name: string, of: Scalar | (() => Message)): Field => ({ name, of, many: true });

const anyValue = (): Message => ANY_VALUE;
const keyValue = (): Message => KEY_VALUE;
const VALUES: Message = { 1: many('values', anyValue) };
const ENTRIES: Message = { 1: many('values', keyValue) };
const ANY_VALUE: Message = {
  1: one('stringValue', 'string'),
  2: one('boolValue', 'bool'),
  3: one('intValue', 'int64'),
  4: one('doubleValue', 'double'),
  5: one('arrayValue', () => VALUES),
  6: one('kvlistValue', () => ENTRIES),
  7: one('bytesValue', 'base64'),
};
const KEY_VALUE: Message = { 1: one('key', 'string'), 2: one('value', anyValue) };
const RESOURCE: Message = { 1: many('attributes', keyValue) };
const SCOPE: Message = { 1: one('name', 'string'), 2: one('version', 'string') };

const LOG_RECORD: Message = {
  1: one('timeUnixNano', 'fixed64'),
  2: one('severityNumber', 'int32'),
  3: one('severityText', 'string'),
  5: one('body', anyValue),
  6: many('attributes', keyValue),
  9: one('traceId', 'hex'),
  10: one('spanId', 'hex'),
  11: one('observedTimeUnixNano', 'fixed64'),
  12: one('eventName', 'string'),
};
const SCOPE_LOGS: Message = { 1: one('scope', () => SCOPE), 2: many('logRecords', () => LOG_RECORD) };
const RESOURCE_LOGS: Message = { 1: one('resource', () => RESOURCE), 2: many('scopeLogs', () => SCOPE_LOGS) };

export const EXPORT_LOGS: Message = { 1: many('resourceLogs', () => RESOURCE_LOGS) };

const NUMBER_POINT: Message = {
  3: one('timeUnixNano', 'fixed64'),
  4: one('asDouble', 'double'),
  6: one('asInt', 'sfixed64'),
  7: many('attributes', keyValue),
  8: one('flags', 'uint32'),
};
const HISTOGRAM_POINT: Message = {
  3: one('timeUnixNano', 'fixed64'),
  4: one('count', 'fixed64'),
  5: one('sum', 'double'),
  6: many('bucketCounts', 'fixed64'),
  7: many('explicitBounds', 'double'),
  9: many('attributes', keyValue),
  10: one('flags', 'uint32'),
  11: one('min', 'double'),
  12: one('max', 'double'),
};
const EXPONENTIAL_POINT: Message = {
  1: many('attributes', keyValue),
  3: one('timeUnixNano', 'fixed64'),
  4: one('count', 'fixed64'),
  5: one('sum', 'double'),
  10: one('flags', 'uint32'),
  12: one('min', 'double'),
  13: one('max', 'double'),
};
const QUANTILE: Message = { 1: one('quantile', 'double'), 2: one('value', 'double') };
const SUMMARY_POINT: Message = {
  3: one('timeUnixNano', 'fixed64'),
  4: one('count', 'fixed64'),
  5: one('sum', 'double'),
  6: many('quantileValues', () => QUANTILE),
  7: many('attributes', keyValue),
  8: one('flags', 'uint32'),
};

const data = (point: Message): (() => Message) => {
  const message: Message = {
    1: many('dataPoints', () => point),
    2: one('aggregationTemporality', 'int32'),
    3: one('isMonotonic', 'bool'),
  };
  return () => message;
};
const METRIC: Message = {
  1: one('name', 'string'),
  3: one('unit', 'string'),
  5: one('gauge', data(NUMBER_POINT)),
  7: one('sum', data(NUMBER_POINT)),
  9: one('histogram', data(HISTOGRAM_POINT)),
  10: one('exponentialHistogram', data(EXPONENTIAL_POINT)),
  11: one('summary', data(SUMMARY_POINT)),
};
const SCOPE_METRICS: Message = { 1: one('scope', () => SCOPE), 2: many('metrics', () => METRIC) };
const RESOURCE_METRICS: Message = { 1: one('resource', () => RESOURCE), 2: many('scopeMetrics', () => SCOPE_METRICS) };

export const EXPORT_METRICS: Message = { 1: many('resourceMetrics', () => RESOURCE_METRICS) };
