import { describe, expect, it } from '@jest/globals';
import { givenFor } from '#libs/testing';
import { event, jane, NOW, opened } from './incident.given.js';
import { type IncidentCommand, incidentDecider, refusalOf } from './incident.js';
import { ackedUntil, isAcked } from './incident.moment.js';

const given = givenFor(incidentDecider);
const soon = '2026-11-20T11:00:00.000Z';
const past = '2026-11-20T09:50:00.000Z';

const acknowledge = (expiration: string | null, own: object = {}): IncidentCommand => ({
  type: 'acknowledge',
  eventPk: 9,
  description: 'on it',
  expiration,
  by: jane,
  now: NOW,
  ...own,
});
const acknowledged = (expiration: string | null, own: object = {}, sequence = 2) =>
  event(
    'IncidentAcknowledged',
    { eventPk: 9, by: jane, timestamp: NOW, description: 'on it', expiration, ...own },
    sequence,
  );
const prolong = (expiration: string | null, ackPk = 9, now = NOW): IncidentCommand => ({
  type: 'changeAcknowledgement',
  ackPk,
  expiration,
  by: jane,
  now,
});
const stateOf = (...events: ReturnType<typeof event>[]) =>
  [opened(), ...events].reduce(incidentDecider.evolve, incidentDecider.initialState);

describe('an acknowledgement', () => {
  it.each([null, soon])('until %s is recorded', (expiration) =>
    given([opened()])
      .when(acknowledge(expiration))
      .then([acknowledged(expiration)]),
  );
  it('is done once', () => given([opened()]).when(acknowledge(null)).thenSafeToRetry());
  it('that ends before it begins is refused', () =>
    expect(refusalOf(acknowledge(past), stateOf())).toEqual({ code: 'expiration-before-timestamp' }));
  it('that ended in the past may be recorded late', () =>
    expect(refusalOf(acknowledge(past, { timestamp: '2026-11-20T09:45:00.000Z' }), stateOf())).toBeUndefined());

  it('counts until its expiration', () => {
    const until = ackedUntil(stateOf(acknowledged(soon))!);
    expect([isAcked(until, NOW), isAcked(until, soon)]).toEqual([true, false]);
  });
  it('without expiration counts for ever, beside others', () => {
    const state = stateOf(acknowledged(null), acknowledged(past, { eventPk: 10 }, 3))!;
    expect(ackedUntil(state)).toBe('infinity');
  });
  it('that was never made counts never', () => expect(isAcked(ackedUntil(stateOf()!), NOW)).toBe(false));
});

describe('a change of an acknowledgement', () => {
  const changed = { changed: true, description: '' };
  it('gives it another expiration', () =>
    given([opened(), acknowledged(soon)])
      .when(prolong(null))
      .then([acknowledged(null, changed, 3)]));
  it('is done once', () =>
    given([opened(), acknowledged(soon)])
      .when(prolong(null))
      .thenSafeToRetry());
  it('leaves one acknowledgement', () =>
    expect(stateOf(acknowledged(soon), acknowledged(null, changed, 3))?.acks).toEqual([{ pk: 9, expiration: null }]));
  it.each([
    ['one that there is not', prolong(null, 77), { code: 'unknown-acknowledgement', pk: 77 }],
    ['one that has expired', prolong(null, 9, soon), { code: 'acknowledgement-expired' }],
    ['one into the past', prolong(past), { code: 'expiration-past', now: NOW }],
  ])('of %s is refused', (_, command, refusal) =>
    expect(refusalOf(command, stateOf(acknowledged(soon)))).toEqual(refusal),
  );
});
