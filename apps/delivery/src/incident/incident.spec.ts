import { describe, expect, it } from '@jest/globals';
import { IncidentBatch } from './incident-batch.js';
import { type IncidentEvent, isIncidentEvent, referenceOf } from './incident-event.js';
import { evolve, incidentAt, laneView, reachOf } from './incident.js';

const NOW = Date.parse('2026-11-20T11:00:00Z');
const at = '2026-11-20T09:38:13.321Z';
const event = (name: string, sequence: number, payload: object = {}): IncidentEvent => ({
  name,
  payload: {
    incidentId: 'i1',
    pk: 7,
    sequence,
    origin: 'alert',
    startTime: at,
    stateful: true,
    level: 2,
    description: 'd',
    tags: ['a=b'],
    source: { id: 's', name: 'am', type: 'alertmanager' },
    sourceIncidentId: 'f',
    detailsUrl: '',
    ticketUrl: '',
    ...payload,
  } as IncidentEvent['payload'],
  metadata: {
    id: `e${sequence}`,
    time: at,
    recordedAt: `2026-11-20T10:00:0${sequence}.000Z`,
    source: 'incidents',
    subject: 'incident/i1',
    organizationId: 'o1',
    projectId: 'p1',
    correlationId: 'root',
    causationId: 'alert',
    schemaVersion: 1,
    versions: {},
  },
});
const opened = event('IncidentOpened', 1);
const closed = event('IncidentClosed', 2, { endTime: '2026-11-20T10:00:00.000Z', reason: 'resolved' });

describe('the copy of an incident', () => {
  it('is what its events say', () => {
    const document = evolve(evolve(undefined, opened), closed);
    expect(document).toMatchObject({
      status: 'closed',
      endTime: '2026-11-20T10:00:00.000Z',
      closeReason: 'resolved',
      openedAt: at,
      sequence: 2,
      last: { eventId: 'e2', name: 'IncidentClosed', rootEventId: 'root', sequence: 2 },
    });
  });

  it.each([
    [{ stateful: false }, 'stateless', true],
    [{ endTime: at }, 'closed', false],
    [{ endTime: null }, 'open', true],
  ])('opened with %j is %s', (payload, status, open) => {
    const document = evolve(undefined, event('IncidentOpened', 1, payload));
    expect(document?.status).toBe(status);
    expect(laneView(document!, NOW)).toEqual({ sequence: 1, open });
  });

  const ahead = '2026-11-20T12:00:00.000Z';
  const ends = Date.parse(ahead);
  it.each([
    ['opened', [event('IncidentOpened', 1, { endTime: ahead })]],
    ['closed', [opened, event('IncidentClosed', 2, { endTime: ahead, reason: 'closed' })]],
  ])('%s with an end ahead is open until it comes', (_how, events) => {
    const document = events.reduce<ReturnType<typeof evolve>>(evolve, undefined)!;
    expect(incidentAt(document, ends - 1)).toMatchObject({ status: 'open', endTime: ahead });
    expect(incidentAt(document, ends)).toMatchObject({ status: 'closed', endTime: ahead });
    expect(laneView(document, ends - 1)).toMatchObject({ open: true, ends });
    expect(laneView(document, ends)).toMatchObject({ open: false, ends });
  });

  it.each([
    ['open', {}, '2026-11-20T10:30:00.000Z'],
    ['stateless', { stateful: false }, '2026-11-20T10:30:00.000Z'],
    ['over', { endTime: at }, at],
    ['to end later', { endTime: ahead }, '2026-11-20T10:30:00.000Z'],
  ])('deleted while %s is closed, and says so', (_what, payload, endTime) => {
    const gone = event('IncidentDeleted', 2, { timestamp: '2026-11-20T10:30:00.000Z' });
    const document = evolve(evolve(undefined, event('IncidentOpened', 1, payload)), gone)!;
    expect(document).toMatchObject({ status: 'closed', closeReason: 'deleted', endTime });
    expect(laneView(document, NOW)).toEqual({ sequence: 2, open: false });
  });

  it('takes nothing twice and nothing late', () => {
    const document = evolve(evolve(undefined, opened), closed);
    expect(evolve(document, closed)).toBe(document);
    expect(evolve(document, opened)).toBe(document);
  });

  it('of which the opening was never seen is none', () => {
    expect(evolve(undefined, closed)).toBeUndefined();
  });

  it('keeps what it does not understand out', () => {
    expect(isIncidentEvent(event('IncidentSomething', 3))).toBe(false);
  });
});

describe('what is changed of an incident', () => {
  const jane = { userPk: 7, username: 'jane', kind: 'person' };
  const after = (...events: IncidentEvent[]) => [opened, ...events].reduce(evolve, undefined);
  const changed = (attribute: string, value: unknown, sequence = 2) =>
    event('IncidentChanged', sequence, { attribute, old: null, new: value, timestamp: at, description: '' });

  it.each([
    ['level', 1],
    ['description', 'worse'],
    ['detailsUrl', 'http://d'],
    ['ticketUrl', 'http://t'],
    ['tags', ['c=d']],
  ])('is shown: its %s', (attribute, value) =>
    expect(after(changed(attribute, value))).toMatchObject({ [attribute]: value, sequence: 2 }),
  );
  it('keeps those who were told of it: the worst level and every tag count', () => {
    const document = after(changed('level', 1), changed('level', 4, 3), changed('tags', ['c=d'], 4))!;
    expect(reachOf(document)).toEqual({ origin: 'alert', level: 1, tags: ['a=b', 'c=d'] });
    expect(document).toMatchObject({ level: 4, tags: ['c=d'] });
  });
  it('is not its metadata', () => expect(after(changed('metadata', { a: 1 }))).not.toHaveProperty('metadata'));

  it('is what its issue shows of it: the latest words', () => {
    const seen = (sequence: number, own: object) =>
      event('IncidentObserved', sequence, { timestamp: at, metadata: {}, issue: {}, ...own });
    expect(after(seen(2, { description: '82 %' }), seen(3, { description: undefined }))).toMatchObject({
      description: '82 %',
      sequence: 3,
    });
  });

  it('opens again, red at once', () => {
    const document = after(closed, event('IncidentReopened', 3, { type: 'REO', timestamp: at, description: '' }))!;
    expect(document).not.toHaveProperty('endTime');
    expect(laneView(document, NOW)).toEqual({ sequence: 3, open: true });
  });
  it('is acknowledged, each acknowledgement with its last expiration', () => {
    const acknowledged = (sequence: number, own: object) =>
      event('IncidentAcknowledged', sequence, { timestamp: at, description: '', ...own });
    const document = after(
      acknowledged(2, { eventPk: 5, by: jane, expiration: at }),
      acknowledged(3, { eventPk: 6, expiration: null }),
      acknowledged(4, { eventPk: 5, by: { ...jane, username: 'joe' }, expiration: null, changed: true }),
    );
    expect(document?.acks).toEqual([
      { eventPk: 6, by: 'incidents', expiration: null },
      { eventPk: 5, by: 'jane', expiration: null },
    ]);
  });
  it('shows the last remark, and not that an end was said again', () => {
    const noted = (sequence: number, type: string, description: string) =>
      event('IncidentNoted', sequence, { by: jane, timestamp: at, type, description });
    expect(after(noted(2, 'OTH', 'looking'), noted(3, 'END', 'over'), noted(4, 'OTH', ''))?.remark).toEqual({
      by: 'jane',
      text: 'looking',
      at,
    });
  });

  it.each([
    ['IncidentOpened', true],
    ['IncidentNoted', true],
    ['IncidentClosed', undefined],
    ['IncidentReopened', undefined],
  ])('%s, late, tells of the past alone: %s', (name, past) => {
    expect(referenceOf(event(name, 2, { late: true })).past).toBe(past);
    expect(referenceOf(event(name, 2))).not.toHaveProperty('past');
  });
});

describe('a batch of incident events', () => {
  it('tells each event once, as it was then and as it is now', () => {
    const batch = new IncidentBatch(new Map());
    for (const each of [opened, opened, closed, event('IncidentClosed', 1)]) batch.take(each);
    expect(
      batch.news.map(({ then, incident, reference }) => [then.status, incident.status, reference.eventId]),
    ).toEqual([
      ['open', 'closed', 'e1'],
      ['closed', 'closed', 'e2'],
    ]);
    expect(batch.incidents).toHaveLength(1);
  });
});
