import { describe, expect, it } from '@jest/globals';
import { incidentEventTypes } from '#libs/contracts';
import { event, incident, jane, nav, NOW, opened } from './incident.given.js';
import { type IncidentCommand, incidentDecider, refusalOf } from './incident.js';

const end = '2026-11-20T09:40:00.000Z';
const open = incidentDecider.evolve(undefined, opened())!;
const closed = incidentDecider.evolve(open, event('IncidentClosed', { timestamp: end, endTime: end, reason: 'x' }))!;
const stateless = incidentDecider.evolve(undefined, opened({ stateful: false }))!;

const post = (verb: (typeof incidentEventTypes)[number], by = jane, timestamp?: string): IncidentCommand => ({
  type: 'post',
  verb,
  eventPk: 9,
  timestamp,
  description: '',
  by,
  now: NOW,
});

describe('who may post what', () => {
  const allowed = { source: ['STA', 'LES', 'END', 'RES', 'CHI', 'OTH'], person: ['OTH', 'CLO', 'REO'] };
  it.each(incidentEventTypes.filter((type) => type !== 'ACK'))('%s', (verb) => {
    for (const by of [nav, jane]) {
      const kind = by.kind as 'source' | 'person';
      const refusal = refusalOf(post(verb, by, end), verb === 'REO' ? closed : open);
      expect(refusal).toEqual(allowed[kind].includes(verb) ? undefined : { code: 'wrong-role', type: verb, kind });
    }
  });
  it('ACK is done elsewhere', () => {
    expect(refusalOf(post('ACK', jane, end), open)).toEqual({ code: 'acknowledge-elsewhere', pk: 7 });
    expect(refusalOf(post('ACK', nav, end), open)).toEqual({ code: 'wrong-role', type: 'ACK', kind: 'source' });
  });
  it('a source says when', () => expect(refusalOf(post('END', nav), open)).toEqual({ code: 'timestamp-required' }));
});

describe('what conflicts, for people', () => {
  it.each([
    ['CLO', closed, 'already-closed'],
    ['REO', open, 'already-open'],
    ['CLO', stateless, 'stateless'],
    ['REO', stateless, 'stateless'],
  ] as const)('%s', (verb, state, code) => expect(refusalOf(post(verb), state)).toEqual({ code }));
});

describe('a new incident', () => {
  const opens = (own: object): IncidentCommand => ({ type: 'open', incident: { ...incident, ...own }, now: NOW });
  it('does not end before it starts', () =>
    expect(refusalOf(opens({ endTime: '2026-11-20T09:00:00.000Z' }), undefined)).toEqual({ code: 'end-before-start' }));

  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  it.each([
    ['description', { description: 'a\0b' }],
    ['description', { description: 'a\ud800b' }],
    ['description', { description: 'x'.repeat(262_143) }],
    ['description', { description: 'ä'.repeat(131_072) }],
    ['metadata', { metadata: { 'a\0': 1 } }],
    ['metadata', { metadata: [['\udc00']] }],
    ['metadata', { metadata: deep(40) }],
    ['metadata', { metadata: { a: 'x'.repeat(262_144) } }],
    ['tags', { tags: Array.from({ length: 10_000 }, (_, n) => `n=${n}`) }],
    ['tags', { tags: ['a=\0'] }],
    ['sourceIncidentId', { sourceIncidentId: 'x'.repeat(5000) }],
    ['detailsUrl', { detailsUrl: `http://${'x'.repeat(9000)}` }],
    ['ticketUrl', { ticketUrl: '\ud83d' }],
  ])('is refused for its %s', (field, own) =>
    expect(refusalOf(opens(own), undefined)).toMatchObject({ code: 'invalid', field }),
  );

  it.each([
    [{ description: 'x'.repeat(200_000) }],
    [{ description: 'says \\u0000 and \ud83d\ude00' }],
    [{ metadata: deep(30) }],
    [{ metadata: null }],
    [{ tags: ['a=', 'b=c=d'] }],
  ])('may have %.60j', (own) => expect(refusalOf(opens(own), undefined)).toBeUndefined());
});

it('what is said later has the same bounds', () => {
  expect(refusalOf({ ...post('OTH'), description: '\0' } as IncidentCommand, open)).toMatchObject({
    field: 'description',
  });
});
