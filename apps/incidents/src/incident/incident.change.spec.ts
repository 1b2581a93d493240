import { describe, expect, it } from '@jest/globals';
import { givenFor } from '#libs/testing';
import { event, incident, jane, nav, NOW, opened, START } from './incident.given.js';
import { type IncidentCommand, incidentDecider, refusalOf } from './incident.js';

const given = givenFor(incidentDecider);
const change = (changes: object, own: object = {}): IncidentCommand => ({
  type: 'change',
  changes,
  eventPks: [21, 22, 23, 24, 25, 26],
  superuser: false,
  by: nav,
  now: NOW,
  ...own,
});
const changed = (eventPk: number | undefined, own: object, sequence = 2) =>
  event('IncidentChanged', { ...(eventPk ? { eventPk } : {}), by: nav, timestamp: NOW, ...own }, sequence);
const state = incidentDecider.evolve(undefined, opened())!;

describe('a change', () => {
  it.each([
    [{ level: 1 }, 'level', 3, 1, 'Change: "level": 3 \u2192 1'],
    [
      { description: 'x' },
      'description',
      'etcd does not answer',
      'x',
      'Change: "description": etcd does not answer \u2192 x',
    ],
    [{ detailsUrl: '/e/42' }, 'detailsUrl', '', '/e/42', 'Change: "details_url":  \u2192 /e/42'],
    [{ ticketUrl: 'http://t/1' }, 'ticketUrl', '', 'http://t/1', 'Change: "ticket_url":  \u2192 http://t/1'],
    [
      { metadata: { a: { b: 1 }, c: 2 } },
      'metadata',
      {},
      { a: { b: 1 }, c: 2 },
      'Change: "metadata": 0 item(s) \u2192 2 item(s)',
    ],
    [
      { tags: ['host=sw1', 'a=b'] },
      'tags',
      ['host=sw1'],
      ['host=sw1', 'a=b'],
      'Change: "tags": [host=sw1] \u2192 [host=sw1, a=b]',
    ],
  ])('of %j says what was and what is', (changes, attribute, old, next, description) =>
    given([opened()])
      .when(change(changes))
      .then([changed(21, { attribute, old, new: next, description })]),
  );

  it('of several attributes is an event each, in one order', () => {
    const events = incidentDecider.decide(change({ level: 1, description: 'x' }), state);
    expect(events.map(({ payload }) => [payload.sequence, payload.eventPk])).toEqual([
      [2, 21],
      [3, 22],
    ]);
  });
  it('to what is so already is none', () =>
    given([opened()])
      .when(change({ level: 3, description: 'etcd does not answer', tags: ['host=sw1', 'host=sw1'], metadata: {} }))
      .thenNothing());
  it('is done once', () =>
    given([opened()])
      .when(change({ level: 1, tags: ['a=b'] }, { superuser: true }))
      .thenSafeToRetry());
  it('of the order of keys in metadata is none', () => {
    const before = incidentDecider.evolve(undefined, opened({ metadata: { a: 1, b: 2 } }));
    expect(incidentDecider.decide(change({ metadata: { b: 2, a: 1 } }), before)).toEqual([]);
  });
});

describe('tags', () => {
  const others = changed(21, {
    by: jane,
    attribute: 'tags',
    old: ['host=sw1'],
    new: ['host=sw1', 'team=net'],
    description: '',
  });
  const tagged = incidentDecider.evolve(state, others)!;

  it('remember who added them when', () =>
    expect(tagged.tags).toEqual([
      { tag: 'host=sw1', addedBy: 4, addedTime: START },
      { tag: 'team=net', addedBy: 7, addedTime: NOW },
    ]));
  it('of others are not dropped', () =>
    expect(refusalOf(change({ tags: ['host=sw1'] }), tagged)).toEqual({ code: 'tags-not-own', tags: ['team=net'] }));
  it('of others are dropped by an admin', () =>
    expect(refusalOf(change({ tags: [] }, { superuser: true }), tagged)).toBeUndefined());
  it('of their own go', () => expect(refusalOf(change({ tags: ['team=net'] }), tagged)).toBeUndefined());

  it.each([
    ['addTag', 'a=b', ['host=sw1', 'a=b'], 'Change: "tags": [host=sw1] \u2192 [host=sw1, a=b]'],
    ['removeTag', 'host=sw1', [], 'Change: "tags": [host=sw1] \u2192 []'],
  ] as const)('%s has no key in Argus', (type, tag, next, description) =>
    given([opened()])
      .when({ type, tag, by: nav, now: NOW })
      .then([changed(undefined, { attribute: 'tags', old: ['host=sw1'], new: next, description })]),
  );
  it('that are there are added once', () =>
    given([opened()]).when({ type: 'addTag', tag: 'host=sw1', by: nav, now: NOW }).thenNothing());
  it('that are not there cannot be removed', () =>
    expect(refusalOf({ type: 'removeTag', tag: 'x=y', by: nav, now: NOW }, state)).toEqual({
      code: 'unknown-tag',
      tag: 'x=y',
    }));

  it.each([
    ['nothing', 'no-delimiter'],
    ['=v', 'empty-key'],
    ['Key=v', 'bad-key'],
    ['a-b=v', 'bad-key'],
  ])('like %j are refused, with their place', (tag, fault) => {
    const refusal = { code: 'bad-tag', index: 1, tag, fault };
    expect(refusalOf({ type: 'open', incident: { ...incident, tags: ['a=', tag] }, now: NOW }, undefined)).toEqual(
      refusal,
    );
    expect(refusalOf(change({ tags: ['a=b=c', tag] }), state)).toEqual(refusal);
  });
});
