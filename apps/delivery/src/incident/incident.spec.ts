import { describe, expect, it } from '@jest/globals';
import { IncidentBatch } from './incident-batch.js';
import { evolve, type IncidentEvent, isIncidentEvent, laneView } from './incident.js';

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
    expect(laneView(document!)).toEqual({ sequence: 1, open });
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
