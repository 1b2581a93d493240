import { LogRecord } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { faultOfFuture } from '../../ahead.js';
import { faultOfJson } from '../../json-fault.js';
import { type Attributes, attributesOf, membersOf, plainOf } from '../../otlp/attributes.js';
import { instantOfNanos, MOST_AHEAD } from '../../otlp/times.js';
import { NO_PLACE, placeOf } from '../../place.js';
import { defineSource, type Draft, isObject, Refusal, refused, translateEach } from '../../source.js';

/** Log records of one request. */
const MAX_RECORDS = 10_000;
const LONGEST = 64 * 1024;

/** A log record with what stands around it. */
interface Found {
  readonly record: unknown;
  readonly resource: Attributes;
  readonly scope: unknown;
}

/** OTLP log records (reference demo-and-slo 3.1), read from JSON or protobuf: one translation for both. */
export const otlpLogs = defineSource({
  name: 'otlp-logs',
  says: 'An OTLP request {resourceLogs: [...]}.',
  path: '/otlp/v1/logs',
  topic: 'telemetry',
  recognises: isObject,
  translate: (body, { now }) => {
    const found = recordsOf(body);
    if (found instanceof Refusal) return refused(found.kind, found.reason);
    if (found.length > MAX_RECORDS)
      return refused('size', `expected at most ${MAX_RECORDS} log records in one request`);
    return translateEach(found, (item, index) => draftOf(item as Found, index, now));
  },
});

function recordsOf(body: unknown): readonly Found[] | Refusal {
  const resources = membersOf(body, 'resourceLogs');
  if (resources instanceof Refusal) return resources;
  const found: Found[] = [];
  for (const holder of resources) {
    const scopes = membersOf(holder, 'scopeLogs');
    if (scopes instanceof Refusal) return scopes;
    const told = (holder as Record<string, unknown>)['resource'];
    const resource = attributesOf(isObject(told) ? told['attributes'] : undefined);
    for (const scoped of scopes) {
      const records = membersOf(scoped, 'logRecords');
      if (records instanceof Refusal) return records;
      const { scope } = scoped as Record<string, unknown>;
      for (const record of records) found.push({ record, resource, scope });
    }
  }
  return found;
}

function draftOf({ record, resource, scope }: Found, index: number, now: Instant): Draft | Refusal {
  if (!isObject(record)) return new Refusal('type', 'expected a log record');
  const attributes = attributesOf(record['attributes']);
  const place = placeOf(resource.values, attributes.values);
  if (!place) return new Refusal('rule', NO_PLACE);
  const at = instantOfNanos(record['timeUnixNano']) ?? instantOfNanos(record['observedTimeUnixNano']) ?? now;
  const payload = {
    clusterId: place.clusterId,
    nodeId: place.nodeId ?? place.clusterId,
    at,
    message: messageOf(record['body']),
    source: sourceOf(resource.values, scope),
    ...severityOf(record),
    ...idsOf(record),
    ...(isEmpty(attributes.values) ? {} : { attributes: attributes.values }),
    ...(attributes.dropped > 0 ? { droppedAttributes: attributes.dropped } : {}),
  };
  const ahead = faultOfFuture(at, 'timeUnixNano', now, MOST_AHEAD);
  if (ahead) return ahead;
  const unfit = faultOfJson(payload.message, 'body');
  if (unfit !== undefined) return new Refusal('rule', unfit);
  const { name, version, subjectOf } = LogRecord;
  return { index, name, payload, schemaVersion: version, time: at, subject: subjectOf(payload) };
}

/** A structured body stays one; anything but an object and a text is told as JSON. */
function messageOf(body: unknown): string | Record<string, unknown> {
  const plain = plainOf(body, LONGEST);
  if (typeof plain === 'string') return plain;
  if (isObject(plain)) return plain;
  return plain === undefined ? '' : JSON.stringify(plain);
}

function sourceOf(resource: Readonly<Record<string, unknown>>, scope: unknown): string {
  const named = [resource['service.name'], isObject(scope) ? scope['name'] : undefined];
  return named.find((name): name is string => typeof name === 'string' && name !== '')?.slice(0, 256) ?? 'otlp';
}

function severityOf({ severityText, severityNumber, eventName }: Record<string, unknown>): Record<string, unknown> {
  const level = Number.isInteger(severityNumber) && (severityNumber as number) >= 1 && (severityNumber as number) <= 24;
  return {
    ...(typeof severityText === 'string' && severityText !== '' ? { severity: severityText.slice(0, 64) } : {}),
    ...(level ? { severityNumber } : {}),
    ...(typeof eventName === 'string' && eventName !== '' ? { eventName: eventName.slice(0, 256) } : {}),
  };
}

/** Ids are hexadecimal in JSON, in either case. */
function idsOf({ traceId, spanId }: Record<string, unknown>): Record<string, unknown> {
  const trace = typeof traceId === 'string' && /^[0-9a-f]{32}$/i.test(traceId) ? traceId.toLowerCase() : undefined;
  const span = typeof spanId === 'string' && /^[0-9a-f]{16}$/i.test(spanId) ? spanId.toLowerCase() : undefined;
  return { ...(trace === undefined ? {} : { traceId: trace }), ...(span === undefined ? {} : { spanId: span }) };
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}
