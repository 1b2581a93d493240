import { isUtf8 } from 'node:buffer';
import { derivedId, type Instant, instantOfMillis, parseInstant } from '#libs/core';
import { type z } from 'zod';
import { eventType } from './catalogue.js';
import { type EventEnvelope, type Metadata } from './envelope.js';
import { type EventType } from './event.js';
import { sampleTypes } from './samples/index.js';

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
/** What bytes that are not UTF-8 are read as; only a text that has it needs another look. */
const REPLACEMENT = '\ufffd';

/**
 * Reads a record of any producer: ours, one with only `name` and `payload`, one with the capitalised keys that
 * assisted-service writes, a bare sample, one with a name that nobody knows. Older payloads are brought to the newest schema.
 */
export function decodeRecord(record: RawRecord, tenant: DefaultTenant): Decoded {
  const parsed = parseJson(record.value);
  if ('reason' in parsed) return { kind: 'undecodable', reason: parsed.reason };
  const envelope = envelopeOf(parsed.json);
  if ('reason' in envelope) return { kind: 'undecodable', reason: envelope.reason };
  const { name, payload } = envelope;
  const version = envelope.metadata['schemaVersion'] ?? 1;
  if (!isVersion(version)) {
    return { kind: 'undecodable', reason: 'metadata.schemaVersion: expected a whole number from 1' };
  }
  const type = eventType(name);
  if (!type) {
    const subject = textOf(envelope.metadata['subject']) ?? '';
    return {
      kind: 'unknown',
      event: { name, payload, metadata: metadataOf(envelope.metadata, record, tenant, subject, version) },
    };
  }
  const typed = typedPayload(type, payload, version);
  if ('reason' in typed) return { kind: 'undecodable', reason: `${name}: ${typed.reason}` };
  const metadata = metadataOf(envelope.metadata, record, tenant, type.subjectOf(typed.payload), type.version);
  return { kind: 'event', event: { name, payload: typed.payload, metadata } };
}

type Failure = { readonly reason: string };

function parseJson(value: Uint8Array | null): { json: unknown } | Failure {
  if (value === null) return { reason: 'the value is null; expected a JSON object {name, payload, metadata}' };
  if (value.length === 0) return { reason: 'the value is empty; expected a JSON object {name, payload, metadata}' };
  if (value.length > 4096 && deeperThan(value, MAX_DEPTH)) {
    return { reason: `the value is nested deeper than ${MAX_DEPTH} levels` };
  }
  const text = textOfBytes(value);
  if (text.includes(REPLACEMENT) && !isUtf8(value)) return { reason: 'the value is not UTF-8' };
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { reason: 'the value is not JSON' };
  }
}

function textOfBytes(value: Uint8Array): string {
  const buffer = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
  return buffer.toString('utf8');
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
  const payload = json['payload'] ?? json['Payload'];
  if (payload === undefined && isSample(json['kind'])) return { name: json['kind'], payload: json, metadata: {} };
  const name = json['name'] ?? json['Name'];
  const metadata = json['metadata'] ?? json['Metadata'] ?? {};
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) {
    return { reason: `name: expected a text of 1 to ${MAX_NAME} characters` };
  }
  if (payload === undefined) return { reason: 'payload: expected a value' };
  return { name, payload, metadata: isObject(metadata) ? metadata : {} };
}

/** A sample may lie on the log bare, as `{kind, ...}`; a metric point has a `name` of its own. */
function isSample(kind: unknown): kind is string {
  return typeof kind === 'string' && sampleNames.has(kind);
}

const sampleNames: ReadonlySet<string> = new Set(sampleTypes.map(({ name }) => name));

/** One object literal: this runs for every record that is read. */
function metadataOf(
  given: Loose['metadata'],
  record: RawRecord,
  tenant: DefaultTenant,
  subject: string,
  schemaVersion: number,
): Metadata {
  const id = textOf(given['id']) ?? derivedId(record.topic, record.partition, record.offset);
  const organizationId = textOf(given['organizationId']) ?? tenant.organizationId;
  const sameTenant = organizationId === tenant.organizationId;
  const metadata: { -readonly [K in keyof Metadata]: Metadata[K] } = {
    id,
    time: instantOf(given['time'], record),
    recordedAt: instantOf(given['recordedAt'], record),
    source: textOf(given['source']) ?? '',
    subject,
    organizationId,
    projectId: textOf(given['projectId']) ?? (sameTenant ? tenant.projectId : ''),
    correlationId: textOf(given['correlationId']) ?? id,
    causationId: textOf(given['causationId']) ?? null,
    schemaVersion,
    versions: isObject(given['versions']) ? given['versions'] : {},
  };
  const sourceId = textOf(given['sourceId']);
  const sourceType = textOf(given['sourceType']);
  if (sourceId !== undefined) metadata.sourceId = sourceId;
  if (sourceType !== undefined) metadata.sourceType = sourceType;
  return metadata;
}

function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function typedPayload(type: EventType, payload: unknown, version: number): { payload: unknown } | Failure {
  if (version > type.version) return { reason: `schema version ${version} is newer than ${type.version}` };
  if (!isObject(payload)) return { reason: 'payload: expected an object' };
  const parsed = type.schema.safeParse(version < type.version ? upcast(type, payload, version) : payload);
  return parsed.success ? { payload: parsed.data } : { reason: issuesOf(parsed.error) };
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

/** The instant that a producer names, else the one that the broker keeps. */
function instantOf(value: unknown, record: RawRecord): Instant {
  const named = typeof value === 'string' ? parseInstant(value) : undefined;
  return named ?? instantOfMillis(Math.max(0, record.timestamp));
}
