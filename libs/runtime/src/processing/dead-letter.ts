import { derivedId } from '#libs/core';
import { HEADERS } from '#libs/contracts';
import { type OutgoingRecord, type StreamRecord } from '#libs/event-stream';
import { cut } from './redact.js';

/** Why a record became a dead letter. */
export interface Fault {
  /** `undecodable`, `unknown-organization`, or the name of the error that a processor threw. */
  readonly error: string;
  /** Without secrets, at most 1 KiB. */
  readonly message: string;
}

/** A dead letter as read back from its topic. */
export interface DeadLetter extends Fault {
  /** The same for every copy of the letter: derived from topic, partition, offset and who could not take it. */
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Broker's time stamp of the record, milliseconds. */
  readonly timestamp: number;
  /** The processor; absent where nobody can read the record. */
  readonly group: string | undefined;
  readonly serviceVersion: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts that were too large to keep; they still lie at the origin. */
  readonly truncated: readonly string[];
}

/** The two faults that are nobody's own: every service would meet them, one writes them down. */
export const SHARED_FAULTS: ReadonlySet<string> = new Set(['undecodable', 'unknown-organization']);

/** With its headers the letter stays below the 1 MiB that a broker takes by default. */
const MAX_VALUE = 1_000_000;
const MAX_PART = 8 * 1024;

export interface Writer {
  readonly topic: string;
  readonly group: string;
  readonly version: string;
}

/**
 * The letter that holds `record`: its bytes unchanged, where it came from and what was wrong with it (reference
 * performance-reliability 2.7). Letters of one partition keep their order.
 */
export function deadLetterOf(record: StreamRecord, fault: Fault, writer: Writer): OutgoingRecord {
  const own = SHARED_FAULTS.has(fault.error) ? 'undecodable' : writer.group;
  const headers = JSON.stringify(record.headers);
  const key = record.key?.toString('base64');
  const truncated = [
    ...((record.value?.length ?? 0) > MAX_VALUE ? ['value'] : []),
    ...((key?.length ?? 0) > MAX_PART ? ['key'] : []),
    ...(Buffer.byteLength(headers) > MAX_PART ? ['headers'] : []),
  ];
  return {
    topic: writer.topic,
    key: `${record.topic}/${record.partition}`,
    value: record.value?.subarray(0, MAX_VALUE) ?? Buffer.alloc(0),
    headers: {
      [HEADERS.id]: derivedId(record.topic, record.partition, record.offset, own),
      'x-orig-topic': record.topic,
      'x-orig-partition': String(record.partition),
      'x-orig-offset': String(record.offset),
      'x-orig-timestamp': String(record.timestamp),
      ...(key === undefined || truncated.includes('key') ? {} : { 'x-orig-key': key }),
      ...(record.value === null ? { 'x-orig-value': 'null' } : {}),
      ...(truncated.includes('headers') ? {} : { 'x-orig-headers': headers }),
      ...(truncated.length > 0 ? { 'x-truncated': truncated.join(',') } : {}),
      'x-error-class': cut(fault.error, 128),
      'x-error-message': cut(fault.message, 1024),
      ...(own === 'undecodable' ? {} : { 'x-group': writer.group }),
      'x-service-version': writer.version,
    },
  };
}

/** The letter on a record of the dead-letters topic; undefined when it is none of ours. */
export function readDeadLetter({ headers, value }: StreamRecord): DeadLetter | undefined {
  const number = (name: string) => (/^\d{1,15}$/.test(headers[name] ?? '') ? Number(headers[name]) : undefined);
  const id = headers[HEADERS.id];
  const topic = headers['x-orig-topic'];
  const partition = number('x-orig-partition');
  const offset = number('x-orig-offset');
  if (!id || !topic || partition === undefined || offset === undefined) return undefined;
  const key = headers['x-orig-key'];
  return {
    id,
    topic,
    partition,
    offset,
    timestamp: number('x-orig-timestamp') ?? 0,
    group: headers['x-group'],
    serviceVersion: headers['x-service-version'] ?? '',
    error: headers['x-error-class'] ?? '',
    message: headers['x-error-message'] ?? '',
    key: key === undefined ? null : Buffer.from(key, 'base64'),
    value: headers['x-orig-value'] === 'null' ? null : value,
    headers: parsedHeaders(headers['x-orig-headers']),
    truncated: headers['x-truncated']?.split(',') ?? [],
  };
}

/**
 * The record again, for its own topic and, where one processor could not take it, for that one alone (header `audience`).
 * Undefined where the letter does not hold the whole record.
 */
export function replayOf(letter: DeadLetter): OutgoingRecord | undefined {
  if (letter.truncated.length > 0) return undefined;
  return {
    topic: letter.topic,
    key: letter.key?.toString('utf8') ?? '',
    value: letter.value ?? Buffer.alloc(0),
    headers: { ...letter.headers, ...(letter.group === undefined ? {} : { [HEADERS.audience]: letter.group }) },
  };
}

function parsedHeaders(json: string | undefined): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(json ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}
