import { describe, expect, it } from '@jest/globals';
import { derivedId, isUuid } from '#libs/core';
import { decodeRecord, type Decoded, type RawRecord } from './decode.js';

const tenant = { organizationId: 'org-default', projectId: 'project-default' };
const at = Date.UTC(2026, 10, 20, 9, 38, 13, 321);

const raw = (value: unknown): RawRecord => ({
  topic: 'events-stream',
  partition: 3,
  offset: 42,
  timestamp: at,
  value:
    value === null || value instanceof Uint8Array
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});
const decode = (value: unknown): Decoded => decodeRecord(raw(value), tenant);
const reasonOf = (value: unknown): string => {
  const decoded = decode(value);
  return decoded.kind === 'undecodable' ? decoded.reason : `decoded as ${decoded.kind}`;
};
const eventOf = (value: unknown): Extract<Decoded, { event: unknown }>['event'] => {
  const decoded = decode(value);
  if (decoded.kind === 'undecodable') throw new Error(decoded.reason);
  return decoded.event;
};

const payload = { partition: 'main', labels: { alertname: 'Down' }, startsAt: '2026-11-20T10:38:13.321+01:00' };

describe('decodeRecord', () => {
  it('gives a record with only name and payload an id from its place, the times of the broker and the default tenant', () => {
    const { metadata } = eventOf({ name: 'AlertFired', payload });
    const id = derivedId('events-stream', 3, 42);
    expect(metadata).toEqual({
      id,
      time: '2026-11-20T09:38:13.321Z',
      recordedAt: '2026-11-20T09:38:13.321Z',
      source: '',
      subject: expect.stringMatching(/^alert\/main\//),
      organizationId: 'org-default',
      projectId: 'project-default',
      correlationId: id,
      causationId: null,
      schemaVersion: 1,
      versions: {},
    });
    expect(isUuid(id)).toBe(true);
  });

  it('keeps what the producer says of itself, and brings instants to their canonical text', () => {
    const metadata = {
      id: 'id-1',
      time: '2026-11-20T10:00:00+02:00',
      recordedAt: '2026-11-20T08:00:01.5Z',
      source: 'prometheus',
      organizationId: 'org-2',
      projectId: 'project-2',
      correlationId: 'first',
      causationId: 'before',
      schemaVersion: 1,
      versions: { ingestion: '1.2' },
      sourceId: 'token-1',
      sourceType: 'alertmanager',
    };
    const event = eventOf({
      name: 'AlertFired',
      payload,
      metadata: { ...metadata, subject: 'not/what/it/says', unknown: 1 },
    });
    expect(event.payload).toEqual({ ...payload, annotations: {}, startsAt: '2026-11-20T09:38:13.321Z' });
    expect(event.metadata).toEqual({
      ...metadata,
      time: '2026-11-20T08:00:00.000Z',
      recordedAt: '2026-11-20T08:00:01.500Z',
      subject: expect.stringMatching(/^alert\//),
    });
  });

  it('does not lend the default project to another organisation', () => {
    expect(eventOf({ name: 'X', payload: {}, metadata: { organizationId: 'other' } }).metadata.projectId).toBe('');
  });

  it('reads the capitalised keys of assisted-service', () => {
    const event = eventOf({ Name: 'ClusterState', Payload: { id: 1 }, Metadata: { versions: { SelfVersion: 'x' } } });
    expect(event).toMatchObject({
      name: 'ClusterState',
      payload: { id: 1 },
      metadata: { versions: { SelfVersion: 'x' } },
    });
  });

  it('keeps an unknown name with its payload and its subject', () => {
    const decoded = decode({ name: 'Whatever', payload: [1, 2], metadata: { subject: 'cluster-1', schemaVersion: 7 } });
    expect(decoded).toMatchObject({ kind: 'unknown', event: { name: 'Whatever', payload: [1, 2] } });
    expect(
      eventOf({ name: 'W', payload: 0, metadata: { subject: 'cluster-1', schemaVersion: 7 } }).metadata,
    ).toMatchObject({
      subject: 'cluster-1',
      schemaVersion: 7,
    });
  });

  it.each<[string, unknown]>([
    ['the value is null', null],
    ['the value is empty', Buffer.alloc(0)],
    ['the value is not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['the value is not JSON', '{"name":'],
    ['the value is not a JSON object', '[]'],
    ['name: expected a text', { payload: {} }],
    ['name: expected a text of 1 to 200', { name: 'x'.repeat(201), payload: {} }],
    ['payload: expected a value', { name: 'AlertFired' }],
    ['AlertFired: payload: expected an object', { name: 'AlertFired', payload: 'text' }],
    ['AlertFired: labels: ', { name: 'AlertFired', payload: { ...payload, labels: undefined } }],
    ['AlertFired: labels.a: ', { name: 'AlertFired', payload: { ...payload, labels: { a: 1 } } }],
    ['startsAt: expected a date-time', { name: 'AlertFired', payload: { ...payload, startsAt: 'soon' } }],
    ['schema version 99 is newer', { name: 'AlertFired', payload, metadata: { schemaVersion: 99 } }],
    ['metadata.schemaVersion: expected a whole', { name: 'AlertFired', payload, metadata: { schemaVersion: 0 } }],
    ['nested deeper than 64', `{"name":"X","payload":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('says why it cannot read a record when %s', (reason, value) => expect(reasonOf(value)).toContain(reason));

  it('reads a text that holds the replacement character itself', () => {
    expect(eventOf({ name: 'X', payload: 'a \ufffd b' }).payload).toBe('a \ufffd b');
  });

  it('reads bytes that are no Buffer', () => {
    const bytes = new Uint8Array(Buffer.from(JSON.stringify({ name: 'X', payload: 'grüß' })));
    expect(eventOf(bytes).payload).toBe('grüß');
  });
});
