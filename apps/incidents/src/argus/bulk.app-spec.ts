import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const bulk = (what: string, json: object, token = argus.jane) =>
  argus.call('POST', `${V2}${what}/bulk/`, { json, token });
const at = (minute: number) => `2026-11-20T10:${String(minute).padStart(2, '0')}:00Z`;

describe('E. bulk', () => {
  it('33. all valid and some invalid are 201 with what became of each; all invalid are 400', async () => {
    const [a, b] = [await argus.open(), await argus.open({ end_time: null })];
    const missing = (n: number, key: string) => ({
      [key]: null,
      status: 400,
      errors: { ids: `Incident with id ${n} could not be found.` },
    });
    const acks = await bulk('acks', { ids: [a.pk, b.pk], ack: { timestamp: START, description: 'all' } });
    expect([acks.status, Object.keys(acks.body.changes as object)]).toEqual([201, [String(a.pk), String(b.pk)]]);
    const listed = (await argus.get(`${V2}${a.pk}/acks/`)).body;
    expect(acks.body.changes[a.pk]).toEqual({ ack: listed[0], status: 201, errors: null });
    const events = await bulk('events', { ids: [a.pk, 999_999], event: { type: 'OTH', timestamp: START } });
    expect(events.status).toBe(201);
    const recorded = (await argus.eventsOf(a.pk)).find(({ type }) => type.value === 'OTH');
    expect(events.body.changes).toEqual({
      [a.pk]: { event: recorded, status: 201, errors: null },
      999999: missing(999_999, 'event'),
    });
    for (const [what, own, key] of [
      ['acks', { ack: { timestamp: START } }, 'ack'],
      ['events', { event: { type: 'OTH', timestamp: START } }, 'event'],
      ['ticket_url', { ticket_url: 'x' }, 'ticket_url'],
    ] as const) {
      const none = await bulk(what, { ids: [999_998, 999_999], ...own });
      const changes = { 999998: missing(999_998, key), 999999: missing(999_999, key) };
      expect([none.status, none.body]).toEqual([400, { changes }]);
    }
  });

  it('33b. ids and the rest have to be there', async () => {
    const { pk } = await argus.open();
    const wrong: [string, object, object][] = [
      ['acks', {}, { ids: ['This field is required.'], ack: ['This field is required.'] }],
      ['events', { ids: [], event: { type: 'OTH', timestamp: START } }, { ids: ['This list may not be empty.'] }],
      [
        'events',
        { ids: [pk], event: { type: 'XXX' } },
        { event: { type: ['"XXX" is not a valid choice.'], timestamp: ['This field is required.'] } },
      ],
      [
        'ticket_url',
        { ids: ['x'], ticket_url: null },
        { ids: { 0: ['A valid integer is required.'] }, ticket_url: ['This field may not be null.'] },
      ],
      ['ticket_url', { ids: [pk] }, { ticket_url: ['This field is required.'] }],
      [
        'acks',
        { ids: 'x', ack: [] },
        { ids: ['Expected a list of items but got type "str".'], ack: { non_field_errors: [expect.any(String)] } },
      ],
      [
        'acks',
        { ids: [pk], ack: { timestamp: START, expiration: START } },
        { non_field_errors: ["'expiration' is earlier than creation timestamp."] },
      ],
      [
        'events',
        { ids: Array.from({ length: 10_001 }, (_, n) => n), event: { type: 'OTH', timestamp: START } },
        { ids: ['Ensure this field has no more than 10000 elements.'] },
      ],
    ];
    for (const [what, json, expected] of wrong) {
      const { status, body } = await bulk(what, json);
      expect([what, status, body]).toEqual([what, 400, expected]);
    }
    expect(await argus.eventsOf(pk)).toHaveLength(1);
    expect(
      (await bulk('events', { ids: [-1, 0, 9007199254740991, 99999999999], event: { type: 'OTH', timestamp: START } }))
        .status,
    ).toBe(400);
    for (const what of ['acks', 'events', 'ticket_url']) {
      expect((await argus.get(`${V2}${what}/bulk/`)).status).not.toBe(200);
      expect((await argus.call('POST', `${V1}${what}/bulk/`, { json: {} })).status).not.toBe(201);
    }
  });

  it('34. CLO sets the end of open ones and REO takes it from closed ones; END only tells; ticket_url sets all', async () => {
    const [open, closed, stateless] = [await argus.open(), await argus.open(), await argus.open({ end_time: null })];
    await argus.say(closed.pk, 'END', { timestamp: at(1) });
    const ids = [open.pk, closed.pk, stateless.pk];
    const ends = async () => Promise.all(ids.map(async (pk) => (await argus.read(pk)).end_time));
    const say = (type: string, minute: number, token?: string) =>
      bulk('events', { ids, event: { type, timestamp: at(minute) } }, token);
    expect((await say('END', 2, argus.nav)).status).toBe(201);
    expect(await ends()).toEqual(['infinity', at(1), null]);
    expect((await say('CLO', 3)).status).toBe(201);
    expect(await ends()).toEqual([at(3), at(1), null]);
    expect((await say('REO', 4, argus.nav)).status).toBe(201);
    expect(await ends()).toEqual(['infinity', 'infinity', null]);
    for (const pk of ids) {
      const types = (await argus.eventsOf(pk)).map(({ type }) => type.value);
      expect(types.slice(0, 3)).toEqual(['REO', 'CLO', 'END']);
    }
    const set = await bulk('ticket_url', { ids, ticket_url: 'https://t.example.org/34' });
    expect([set.status, set.body.changes[open.pk]]).toEqual([
      201,
      { ticket_url: 'https://t.example.org/34', status: 201, errors: null },
    ]);
    for (const pk of ids) expect((await argus.read(pk)).ticket_url).toBe('https://t.example.org/34');
  });
});
