import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { eventType, eventTypes } from './catalogue.js';
import { headersOf } from './envelope.js';
import { causedBy, defineEvent, makeEvent, type Origin } from './event.js';
import { AlertFired } from './events/alert-events.js';
import { joinKey, keyOf } from './key.js';
import { topicSpecs } from './topics.js';

const origin: Origin = {
  id: '01934a00-0000-7000-8000-000000000001',
  time: '2026-11-20T09:38:13.321Z',
  recordedAt: '2026-11-20T09:38:13.400Z',
  source: 'prometheus',
  organizationId: 'o1',
  projectId: 'p1',
};
const alert = { partition: 'INS', labels: { alertname: 'X' }, annotations: {}, startsAt: origin.time };

describe('an event', () => {
  it('from outside starts its own chain; one that follows stays in it', () => {
    const cause = makeEvent(AlertFired, alert, origin);
    expect(cause.metadata).toMatchObject({ correlationId: origin.id, causationId: null, schemaVersion: 1 });
    const own = { id: 'e2', time: origin.time, recordedAt: origin.recordedAt, source: 'incidents' };
    const caused = makeEvent(AlertFired, alert, causedBy(cause, own));
    expect(caused.metadata).toMatchObject({
      id: 'e2',
      correlationId: origin.id,
      causationId: origin.id,
      organizationId: 'o1',
      projectId: 'p1',
    });
  });

  it('has its version from its upcasters', () => {
    const renamed = defineEvent({
      name: 'Renamed',
      says: 'x',
      schema: z.object({ to: z.string() }),
      upcasters: [({ from, ...rest }) => ({ ...rest, to: from })],
      subjectOf: () => 's',
    });
    expect([renamed.version, AlertFired.version]).toEqual([2, 1]);
  });

  it('says in headers what consumers filter on, and its trace', () => {
    expect(headersOf(makeEvent(AlertFired, alert, origin))).toEqual({
      name: 'AlertFired',
      id: origin.id,
      schemaVersion: '1',
      organizationId: 'o1',
      traceparent: '00-01934a00000070008000000000000001-8000000000000001-01',
    });
  });

  it('of a chain whose id is no UUID has no trace', () => {
    const event = makeEvent(AlertFired, alert, { ...origin, correlationId: 'order-17' });
    expect(headersOf(event)['traceparent']).toBe('');
  });

  it('is keyed by organisation and subject', () => {
    const event = makeEvent(AlertFired, alert, origin);
    expect(keyOf(event)).toBe(`o1/${event.metadata.subject}`);
  });
});

describe('joinKey', () => {
  it('never gives one text for different parts', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        fc.pre(a.length > 0 && b.length > 0 && a.concat(b).every((part) => part !== ''));
        expect(joinKey(...a) === joinKey(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('takes text that is no Unicode', () => expect(joinKey('\ud800')).toBe('%EF%BF%BD'));
});

describe('the catalogue', () => {
  it('names each event once, in the past tense, with a sentence', () => {
    expect(new Set(eventTypes.map(({ name }) => name)).size).toBe(eventTypes.length);
    for (const { name, says } of eventTypes) {
      expect(name).toMatch(/^([A-Z][a-z]+)+(ed|en|Noted|Resolved)$/);
      expect(says).toMatch(/\.$/);
      expect(eventType(name)?.name).toBe(name);
    }
    expect(eventType('NeverHeardOf')).toBeUndefined();
    expect(eventType('constructor')).toBeUndefined();
  });
});

describe('the topics', () => {
  it('are three, twelve partitions each; the record is kept for ever', () => {
    const specs = topicSpecs({ events: 'a', telemetry: 'b', deadLetters: 'c' });
    expect(specs.map(({ topic, partitions, retentionMs }) => [topic, partitions, retentionMs])).toEqual([
      ['a', 12, -1],
      ['b', 12, 604_800_000],
      ['c', 12, 2_592_000_000],
    ]);
  });
});
