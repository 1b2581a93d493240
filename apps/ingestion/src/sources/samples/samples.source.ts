import { type EventType, issuesOf, sampleTypes } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { faultOfFuture } from '../../ahead.js';
import { MAX_EVENTS } from '../../body.js';
import { faultOfJson } from '../../json-fault.js';
import { defineSource, type Draft, isObject, Refusal, refused, translateEach, Unreadable } from '../../source.js';

const types: ReadonlyMap<unknown, EventType> = new Map(
  sampleTypes.map((type) => [type.name, type as unknown as EventType]),
);
const KINDS = [...types.keys()].join(', ');

/**
 * Samples as `{kind, ...}` (reference integrations-and-sinks 2.9): one, an array, or a line each. Each is held to its
 * schema; one whose clock is more than an hour ahead is refused, an old one is not: that it is late, a detector decides.
 */
export const samples = defineSource({
  name: 'samples',
  says: 'Samples {kind, ...}: an array, or newline-delimited JSON.',
  path: '/tocsin/v1/samples',
  topic: 'telemetry',
  recognises: (body) => typeof body === 'object' && body !== null,
  translate: (body, { now }) => {
    const items = Array.isArray(body) ? body : [body];
    if (items.length > MAX_EVENTS) return refused('size', `expected at most ${MAX_EVENTS} samples in one request`);
    return translateEach(items, (item, index) => draftOf(item, index, now));
  },
});

function draftOf(item: unknown, index: number, now: Instant): Draft | Refusal {
  if (item instanceof Unreadable) return new Refusal('type', item.reason);
  if (!isObject(item)) return new Refusal('type', 'expected an object {kind, ...}');
  const { kind, ...fields } = item;
  const type = types.get(kind);
  if (!type) return new Refusal('type', `kind: expected one of ${KINDS}`);
  const unfit = faultOfJson(fields, '');
  if (unfit !== undefined) return new Refusal('rule', unfit.replace(/^[.: ]+/, ''));
  const parsed = type.schema.safeParse(fields);
  if (!parsed.success) return new Refusal('rule', issuesOf(parsed.error));
  const { at } = parsed.data as { at: Instant };
  const ahead = faultOfFuture(at, 'at', now);
  if (ahead) return ahead;
  return {
    index,
    name: type.name,
    payload: parsed.data,
    schemaVersion: type.version,
    time: at,
    subject: type.subjectOf(parsed.data),
  };
}
