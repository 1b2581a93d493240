import { type Instant, parseInstant } from '#libs/core';
import { faultOfJson } from '../../json-fault.js';
import { type Given, isObject, Refusal, type SourceContext } from '../../source.js';

/** What a sender may say of an event besides what happened. The rest comes from its token. */
export interface GivenMetadata extends Given {
  readonly time: Instant | undefined;
  readonly subject: string | undefined;
  readonly schemaVersion: number;
}

const NOTHING: GivenMetadata = { time: undefined, subject: undefined, schemaVersion: 1 };
const ID = /^[\x21-\x7e]{1,64}$/;
const MAX_SUBJECT = 1024;

/** The metadata of one event: an allow-list. Organisation and project may be repeated, never changed. */
export function givenMetadata(metadata: unknown, context: SourceContext): GivenMetadata | Refusal {
  if (metadata === undefined || metadata === null) return NOTHING;
  if (!isObject(metadata)) return new Refusal('type', 'metadata: expected an object');
  const foreign =
    otherThan(context.organizationId, metadata['organizationId'], 'organizationId') ??
    otherThan(context.projectId, metadata['projectId'], 'projectId');
  if (foreign) return foreign;
  const fault = faultOfTexts(metadata) ?? faultOfVersions(metadata);
  if (fault) return new Refusal('rule', `metadata.${fault}`);
  const time = metadata['time'];
  return {
    id: textOf(metadata['id']),
    correlationId: textOf(metadata['correlationId']),
    causationId: textOf(metadata['causationId']),
    versions: isObject(metadata['versions']) ? metadata['versions'] : undefined,
    time: typeof time === 'string' ? parseInstant(time) : undefined,
    subject: textOf(metadata['subject']),
    schemaVersion: typeof metadata['schemaVersion'] === 'number' ? metadata['schemaVersion'] : 1,
  };
}

function otherThan(own: string, given: unknown, field: string): Refusal | undefined {
  if (given === undefined || given === null || given === own) return undefined;
  return new Refusal('forbidden', `metadata.${field}: expected that of the token, or none`);
}

function faultOfTexts(metadata: Record<string, unknown>): string | undefined {
  for (const field of ['id', 'correlationId', 'causationId']) {
    const value = metadata[field] ?? undefined;
    if (value !== undefined && (typeof value !== 'string' || !ID.test(value))) {
      return `${field}: expected 1 to 64 visible ASCII characters`;
    }
  }
  const subject = metadata['subject'] ?? undefined;
  if (subject !== undefined && (typeof subject !== 'string' || subject.length > MAX_SUBJECT)) {
    return `subject: expected at most ${MAX_SUBJECT} characters`;
  }
  const time = metadata['time'] ?? undefined;
  const readable = typeof time === 'string' && parseInstant(time) !== undefined;
  if (time !== undefined && !readable) return 'time: expected a date-time such as 2026-11-20T09:38:13.321Z (RFC 3339)';
  return faultOfJson(subject, 'subject');
}

function faultOfVersions(metadata: Record<string, unknown>): string | undefined {
  const version = metadata['schemaVersion'] ?? undefined;
  const whole = Number.isInteger(version) && (version as number) >= 1 && (version as number) <= 1_000_000;
  if (version !== undefined && !whole) return 'schemaVersion: expected a whole number from 1';
  const versions = metadata['versions'] ?? undefined;
  if (versions !== undefined && !isObject(versions)) return 'versions: expected an object';
  return faultOfJson(versions, 'versions');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
