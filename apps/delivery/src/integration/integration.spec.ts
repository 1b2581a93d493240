import { describe, expect, it } from '@jest/globals';
import { type IncidentDocument } from '../incident/incident.js';
import { evolve, type IntegrationDocument, type IntegrationEvent } from './integration.js';
import { match, matchesBackfill } from './matching.js';

const minute = (n: number): string => `2026-11-20T09:${String(n).padStart(2, '0')}:00.000Z`;
const event = (name: IntegrationEvent['name'], sequence: number, at: number, over: object = {}): IntegrationEvent => ({
  name,
  payload: {
    integrationId: 'i1',
    sequence,
    description: 'd',
    sink: 'slack',
    source: 'issues',
    data: { channelId: 'C1' },
    secrets: { token: 'v1.k.n.t.c' },
    filters: {},
    ...over,
  } as IntegrationEvent['payload'],
  metadata: {
    id: `c${sequence}`,
    time: minute(at),
    recordedAt: minute(at),
    source: 'integrations',
    subject: 'integration/i1',
    organizationId: 'o1',
    projectId: 'p1',
    correlationId: `c${sequence}`,
    causationId: null,
    schemaVersion: 1,
    versions: {},
  },
});
const folded = (...events: IntegrationEvent[]): IntegrationDocument =>
  events.reduce<IntegrationDocument | undefined>((document, each) => evolve(document, each), undefined)!;
const created = event('IntegrationCreated', 1, 10);
const incident = (over: Partial<IncidentDocument> = {}): IncidentDocument =>
  ({
    organizationId: 'o1',
    status: 'open',
    origin: 'alert',
    level: 3,
    tags: ['job=db'],
    openedAt: minute(5),
    ...over,
  }) as IncidentDocument;

describe('the copy of an integration', () => {
  it('is what its events say, and remembers what it wanted when', () => {
    const document = folded(
      created,
      event('IntegrationPaused', 2, 11),
      event('IntegrationUpdated', 3, 12, { data: { channelId: 'C2' }, filters: { minLevel: 1 } }),
      event('IntegrationResumed', 4, 13),
    );
    expect(document).toMatchObject({
      status: 'active',
      data: { channelId: 'C2' },
      createdAt: minute(10),
      pausedAt: minute(11),
    });
    expect(document.history.map(({ from, filters }) => [from, filters])).toEqual([
      [minute(10), {}],
      [minute(12), { minLevel: 1 }],
    ]);
  });

  it('that was deleted has no secrets, and nothing follows', () => {
    const deleted = folded(created, event('IntegrationDeleted', 2, 11));
    expect(deleted).toMatchObject({ status: 'deleted', secrets: {}, deletedAt: minute(11) });
    expect(evolve(deleted, event('IntegrationUpdated', 3, 12))).toBe(deleted);
  });

  it('takes nothing twice, and nothing of one that was never made', () => {
    const document = folded(created);
    expect(evolve(document, created)).toBe(document);
    expect(evolve(undefined, event('IntegrationPaused', 2, 11))).toBeUndefined();
  });
});

describe('match', () => {
  it('judges by what was wanted when the event was written', () => {
    const narrowed = folded(created, event('IntegrationUpdated', 2, 20, { filters: { labels: ['job=web'] } }));
    expect(match(narrowed, incident(), { recordedAt: minute(9) })).toBeUndefined();
    expect(match(narrowed, incident(), { recordedAt: minute(10) })).toMatchObject({ state: 'suppressed' });
    expect(match(narrowed, incident(), { recordedAt: minute(20) })).toBeUndefined();
    const reach = { origin: 'alert', level: 3, tags: ['job=db', 'job=web'] };
    expect(match(narrowed, incident({ reach }), { recordedAt: minute(20) })).toEqual({ state: 'pending' });
    expect(match(folded(created), incident(), { recordedAt: minute(15) })).toEqual({ state: 'pending' });
    expect(match(folded(created), incident(), { recordedAt: minute(15), past: true })).toMatchObject({
      state: 'suppressed',
    });
  });

  it.each([
    ['IntegrationPaused', 'the integration is paused'],
    ['IntegrationDeleted', 'cancelled: the integration was deleted'],
  ] as const)('suppresses after %s', (name, reason) => {
    expect(match(folded(created, event(name, 2, 20)), incident(), { recordedAt: minute(15) })).toEqual({
      state: 'suppressed',
      reason,
    });
  });

  it('wants nothing after the deletion, of another organisation, or for another source', () => {
    expect(
      match(folded(created, event('IntegrationDeleted', 2, 20)), incident(), { recordedAt: minute(21) }),
    ).toBeUndefined();
    expect(match(folded(created), incident({ organizationId: 'o2' }), { recordedAt: minute(15) })).toBeUndefined();
    expect(
      match(folded(event('IntegrationCreated', 1, 10, { source: 'logs' })), incident(), { recordedAt: minute(15) }),
    ).toBeUndefined();
  });
});

describe('matchesBackfill', () => {
  const fresh = folded(event('IntegrationCreated', 1, 59));

  it('takes what is open and no older than an hour', () => {
    expect(matchesBackfill(fresh, incident({ openedAt: '2026-11-20T08:59:00.000Z' }))).toEqual({ state: 'pending' });
    expect(matchesBackfill(fresh, incident({ openedAt: '2026-11-20T08:58:59.999Z' }))).toBeUndefined();
    expect(matchesBackfill(fresh, incident({ status: 'closed' }))).toBeUndefined();
    expect(matchesBackfill(fresh, incident({ organizationId: 'o2' }))).toBeUndefined();
  });
});
