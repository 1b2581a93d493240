import { isUtf8 } from 'node:buffer';
import { derivedId, type Instant, instantOfMillis, parseInstant } from '#libs/core';
import { type z } from 'zod';
import { eventType } from './catalogue.js';
import { type EventEnvelope, type Metadata } from './envelope.js';
import { type EventType } from './event.js';

/** A record as it lies on the log. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds: the producer's or the broker's time stamp. */
  readonly timestamp: number;
  readonly value: Uint8Array | null;
}

/** For whom a record speaks that names nobody. */
export interface DefaultTenant {
  readonly organizationId: string;
  readonly projectId: string;
}

/** What a record turned out to be. An unknown name is an event like any other: kept and shown, decided by nobody. */
export type Decoded =
  | { readonly kind: 'event'; readonly event: EventEnvelope }
  | { readonly kind: 'unknown'; readonly event: EventEnvelope }
  | { readonly kind: 'undecodable'; readonly reason: string };

const MAX_DEPTH = 64;
const MAX_NAME = 200;

/**
 * Reads a record of any producer: ours, one with only `name` and `payload`, one with the capitalised keys that
 * assisted-service writes, one with a name that nobody knows. Older payloads are brought to the newest schema.
 */
export function decodeRecord(record: RawRecord, tenant: DefaultTenant): Decoded {
  const parsed = parseJson(record.value);
  if ('reason' in parsed) return { kind: 'undecodable', reason: parsed.reason };
  const envelope = envelopeOf(parsed.json);
  if ('reason' in envelope) return { kind: 'undecodable', reason: envelope.reason };
  const metadata = metadataOf(envelope.metadata, record, tenant);
  if ('reason' in metadata) return { kind: 'undecodable', reason: metadata.reason };
  return typed(envelope.name, envelope.payload, metadata);
}

type Failure = { readonly reason: string };

function parseJson(value: Uint8Array | null): { json: unknown } | Failure {
  if (value === null) return { reason: 'the value is null; expected a JSON object {name, payload, metadata}' };
  if (value.length === 0) return { reason: 'the value is empty; expected a JSON object {name, payload, metadata}' };
  if (!isUtf8(value)) return { reason: 'the value is not UTF-8' };
  if (value.length > 4096 && deeperThan(value, MAX_DEPTH)) {
    return { reason: `the value is nested deeper than ${MAX_DEPTH} levels` };
  }
  try {
    return { json: JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8')) as unknown };
  } catch {
    return { reason: 'the value is not JSON' };
  }
}

/** Counts brackets outside strings, so that hostile nesting never reaches the parser. */
function deeperThan(value: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < value.length; i++) {
    const byte = value[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limit) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}

interface Loose {
  readonly name: string;
  readonly payload: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
}

function envelopeOf(json: unknown): Loose | Failure {
  if (!isObject(json)) return { reason: 'the value is not a JSON object; expected {name, payload, metadata}' };
  const name = json['name'] ?? json['Name'];
  const payload = json['payload'] ?? json['Payload'];
  const metadata = json['metadata'] ?? json['Metadata'] ?? {};
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) {
    return { reason: `name: expected a text of 1 to ${MAX_NAME} characters` };
  }
  if (payload === undefined) return { reason: 'payload: expected a value' };
  return { name, payload, metadata: isObject(metadata) ? metadata : {} };
}

function metadataOf(given: Loose['metadata'], record: RawRecord, tenant: DefaultTenant): Metadata | Failure {
  const recorded = instantOfMillis(Math.max(0, record.timestamp));
  const id = textOf(given['id']) ?? derivedId(record.topic, record.partition, record.offset);
  const version = given['schemaVersion'] ?? 1;
  if (!Number.isInteger(version) || (version as number) < 1) {
    return { reason: 'metadata.schemaVersion: expected a whole number from 1' };
  }
  const organizationId = textOf(given['organizationId']) ?? tenant.organizationId;
  const sameTenant = organizationId === tenant.organizationId;
  return {
    id,
    time: instantOr(given['time'], recorded),
    recordedAt: instantOr(given['recordedAt'], recorded),
    source: textOf(given['source']) ?? '',
    subject: textOf(given['subject']) ?? '',
    organizationId,
    projectId: textOf(given['projectId']) ?? (sameTenant ? tenant.projectId : ''),
    correlationId: textOf(given['correlationId']) ?? id,
    causationId: textOf(given['causationId']) ?? null,
    schemaVersion: version as number,
    versions: isObject(given['versions']) ? given['versions'] : {},
    ...optional('sourceId', textOf(given['sourceId'])),
    ...optional('sourceType', textOf(given['sourceType'])),
  };
}

function typed(name: string, payload: unknown, metadata: Metadata): Decoded {
  const type = eventType(name);
  if (!type) return { kind: 'unknown', event: { name, payload, metadata } };
  if (metadata.schemaVersion > type.version) {
    return {
      kind: 'undecodable',
      reason: `${name}: schema version ${metadata.schemaVersion} is newer than ${type.version}`,
    };
  }
  if (!isObject(payload)) return { kind: 'undecodable', reason: `${name}: payload: expected an object` };
  const parsed = type.schema.safeParse(upcast(type, payload, metadata.schemaVersion));
  if (!parsed.success) return { kind: 'undecodable', reason: `${name}: ${issuesOf(parsed.error)}` };
  const subject = type.subjectOf(parsed.data);
  return {
    kind: 'event',
    event: { name, payload: parsed.data, metadata: { ...metadata, subject, schemaVersion: type.version } },
  };
}

function upcast(type: EventType, payload: Record<string, unknown>, from: number): Record<string, unknown> {
  return type.upcasters.slice(from - 1).reduce((older, step) => step(older), payload);
}

/** The first three complaints, each naming its field. */
export function issuesOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`)
    .join('; ');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 4096 ? value : undefined;
}

function instantOr(value: unknown, otherwise: Instant): Instant {
  return (typeof value === 'string' ? parseInstant(value) : undefined) ?? otherwise;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}
