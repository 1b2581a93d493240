import { AlertFired, AlertResolved, eventType, type EventType } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { MAX_EVENTS } from '../../body.js';
import { type z } from 'zod';
import { faultOfJson } from '../../json-fault.js';
import {
  defineSource,
  type Draft,
  isObject,
  Refusal,
  refused,
  type SourceContext,
  translateEach,
  Unreadable,
} from '../../source.js';
import { alertEvent } from './alert-event.js';
import { type GivenMetadata, givenMetadata } from './given-metadata.js';
import { isConfiguring, isReserved } from './reserved.js';
import { subjectOfUnknown } from './unknown-subject.js';

const NAME = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const NAME_EXPECTED = 'name: expected a text of 1 to 200 characters, no control characters';

/**
 * Events in the shape of the log: one, an array, or a line each, `{name, payload, metadata?}`. A known name is held to
 * its schema, an unknown one is kept as it is. The capitalised keys of assisted-service (reference assisted-and-ses A1)
 * are understood here as on the log.
 */
export const events = defineSource({
  name: 'events',
  says: 'Events in the shape of the log: one, an array, or newline-delimited JSON.',
  path: '/tocsin/v1/events',
  recognises: (body) => typeof body === 'object' && body !== null,
  translate: (body, context) => {
    const items = Array.isArray(body) ? body : [body];
    if (items.length > MAX_EVENTS) return refused('size', `expected at most ${MAX_EVENTS} events in one request`);
    return translateEach(items, (item, index) => draftOf(item, index, context));
  },
});

function draftOf(item: unknown, index: number, context: SourceContext): Draft | Refusal {
  if (item instanceof Unreadable) return new Refusal('type', item.reason);
  if (!isObject(item)) return new Refusal('type', 'expected an object {name, payload, metadata?}');
  const name = item['name'] ?? item['Name'];
  const payload = item['payload'] ?? item['Payload'];
  if (typeof name !== 'string') return new Refusal('type', NAME_EXPECTED);
  if (payload === undefined) return new Refusal('type', 'payload: expected a value');
  if (isReserved(name)) return new Refusal('forbidden', `name: ${name} is decided by Tocsin itself`);
  if (isConfiguring(name) && context.mayConfigure === false) {
    return new Refusal('forbidden', `name: a token of kind source may not say ${name}`);
  }
  const type = eventType(name);
  if (!type && !NAME.test(name)) return new Refusal('type', NAME_EXPECTED);
  const unfit = faultOfJson(payload, 'payload');
  if (unfit) return new Refusal('rule', unfit);
  const metadata = givenMetadata(item['metadata'] ?? item['Metadata'], context);
  if (metadata instanceof Refusal) return metadata;
  return type ? known(type, payload, metadata, index, context) : unknown(name, payload, metadata, index, context.now);
}

function known(
  type: EventType,
  payload: unknown,
  metadata: GivenMetadata,
  index: number,
  context: SourceContext,
): Draft | Refusal {
  if (metadata.schemaVersion > type.version) {
    return new Refusal('rule', `metadata.schemaVersion: expected at most ${type.version}`);
  }
  if (!isObject(payload)) return new Refusal('type', 'payload: expected an object');
  const newest = type.upcasters.slice(metadata.schemaVersion - 1).reduce((older, step) => step(older), payload);
  const parsed = type.schema.safeParse(newest);
  if (!parsed.success) return new Refusal('rule', faultsOf(parsed.error));
  if (type.name === AlertFired.name || type.name === AlertResolved.name) {
    return alertEvent(type, parsed.data, metadata, index, context);
  }
  const time = metadata.time ?? context.now;
  const subject = type.subjectOf(parsed.data);
  return { index, name: type.name, payload: parsed.data, schemaVersion: type.version, time, subject, given: metadata };
}

/** The first three complaints, each naming its field. */
function faultsOf({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => `${['payload', ...path].join('.')}: ${message}`)
    .join('; ');
}

function unknown(name: string, payload: unknown, metadata: GivenMetadata, index: number, now: Instant): Draft {
  const subject = metadata.subject ?? subjectOfUnknown(payload);
  const time = metadata.time ?? now;
  return { index, name, payload, schemaVersion: metadata.schemaVersion, time, subject, given: metadata };
}
