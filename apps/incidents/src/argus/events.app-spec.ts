import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const person = (pk: number, type: string, own: object = {}) => argus.say(pk, type, own, argus.jane);
const typesOf = async (pk: number) => (await argus.eventsOf(pk)).map(({ type }) => type.value);
const at = (minute: number) => `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000001Z`;

describe('C. events', () => {
  it('19. CLO closes an open incident; on a closed one it is 400 and its end stays', async () => {
    const { pk } = await argus.open();
    const closed = await person(pk, 'CLO', { timestamp: at(1), description: 'done' });
    expect([closed.status, closed.body]).toEqual([
      201,
      {
        pk: expect.any(Number),
        incident: pk,
        actor: { pk: expect.any(Number), username: 'jane' },
        timestamp: at(1),
        received: expect.any(String),
        type: { value: 'CLO', display: 'Close' },
        description: 'done',
      },
    ]);
    expect(await argus.read(pk)).toMatchObject({ open: false, end_time: at(1) });
    const again = await person(pk, 'CLO', { timestamp: at(2) });
    expect([again.status, again.body]).toEqual([400, { type: 'The incident is already closed.' }]);
    expect(await argus.read(pk)).toMatchObject({ open: false, end_time: at(1) });
    expect(await typesOf(pk)).toEqual(['CLO', 'STA']);
  });

  it('20. REO reopens a closed incident; on an open one it is 400', async () => {
    const { pk } = await argus.open();
    expect((await person(pk, 'REO')).body).toEqual({ type: 'The incident is already open.' });
    await person(pk, 'CLO', { timestamp: at(1) });
    expect((await person(pk, 'REO', { timestamp: at(2) })).body.type).toEqual({ value: 'REO', display: 'Reopen' });
    expect(await argus.read(pk)).toMatchObject({ open: true, end_time: 'infinity' });
  });

  it('21. END closes at its own time; on a closed one it is 201, recorded, and changes nothing', async () => {
    const { pk } = await argus.open();
    expect((await argus.say(pk, 'END', { timestamp: at(1) })).body.type).toEqual({
      value: 'END',
      display: 'Incident end',
    });
    const again = await argus.say(pk, 'END', { timestamp: at(2) });
    expect([again.status, again.body.timestamp]).toEqual([201, at(2)]);
    expect(await argus.read(pk)).toMatchObject({ end_time: at(1) });
    expect(await typesOf(pk)).toEqual(['END', 'END', 'STA']);
    const foreign = await argus.open();
    expect((await argus.say(foreign.pk, 'END', { timestamp: at(3) }, argus.zabbix)).status).toBe(201);
    expect(await argus.read(foreign.pk)).toMatchObject({ open: false, end_time: at(3) });
  });

  it('21b. END before the start closes too; a close in the future is open until then', async () => {
    const early = await argus.open();
    await argus.say(early.pk, 'END', { timestamp: '2026-11-19T00:00:00Z' });
    expect((await argus.read(early.pk)).open).toBe(false);
    const late = await argus.open();
    await person(late.pk, 'CLO', { timestamp: '2999-01-01T00:00:00Z' });
    expect(await argus.read(late.pk)).toMatchObject({ open: true, end_time: '2999-01-01T00:00:00Z' });
  });

  it('22. RES reopens a closed incident; on an open one it is only recorded', async () => {
    const { pk } = await argus.open();
    expect((await argus.say(pk, 'RES', { timestamp: at(1) })).status).toBe(201);
    expect(await argus.read(pk)).toMatchObject({ open: true });
    await argus.say(pk, 'END', { timestamp: at(2) });
    expect((await argus.say(pk, 'RES', { timestamp: at(3) })).body.type.display).toBe('Incident restart');
    expect(await argus.read(pk)).toMatchObject({ open: true, end_time: 'infinity' });
    expect(await typesOf(pk)).toEqual(['RES', 'END', 'RES', 'STA']);
  });

  it('23. END, RES, END closes again with the latest time; so does END after REO', async () => {
    const { pk } = await argus.open();
    for (const [type, minute] of [
      ['END', 1],
      ['RES', 2],
      ['END', 3],
    ] as const)
      await argus.say(pk, type, { timestamp: at(minute) });
    expect(await argus.read(pk)).toMatchObject({ open: false, end_time: at(3) });
    await person(pk, 'REO', { timestamp: at(4) });
    await argus.say(pk, 'END', { timestamp: at(5) });
    expect(await argus.read(pk)).toMatchObject({ open: false, end_time: at(5) });
  });

  it('24. on a stateless incident CLO and REO are 400, END and RES recorded', async () => {
    const { pk } = await argus.open({ end_time: null });
    for (const type of ['CLO', 'REO']) {
      const { status, body } = await person(pk, type);
      expect([status, body]).toEqual([400, { type: 'Cannot change the state of a stateless incident.' }]);
    }
    for (const type of ['END', 'RES']) expect((await argus.say(pk, type)).status).toBe(201);
    expect(await argus.read(pk)).toMatchObject({ stateful: false, open: false, end_time: null });
    expect((await typesOf(pk)).toSorted()).toEqual(['END', 'LES', 'RES']);
  });

  it('25. a source may say STA, END, RES, OTH, CHI, LES, and no more', async () => {
    const { pk } = await argus.open();
    for (const type of ['STA', 'END', 'RES', 'OTH', 'CHI', 'LES']) expect((await argus.say(pk, type)).status).toBe(201);
    const before = await argus.eventsOf(pk);
    for (const type of ['ACK', 'CLO', 'REO']) {
      const { status, body } = await argus.say(pk, type);
      expect([status, body]).toEqual([400, { type: `A source system cannot post events of type '${type}'.` }]);
    }
    expect(await argus.eventsOf(pk)).toEqual(before);
  });

  it('26. a person may say CLO, REO, OTH; ACK is told where to go', async () => {
    const { pk } = await argus.open();
    for (const type of ['CLO', 'REO', 'OTH']) expect((await person(pk, type)).status).toBe(201);
    for (const token of [argus.jane, argus.admin]) {
      for (const type of ['STA', 'END', 'RES', 'CHI', 'LES']) {
        const { status, body } = await argus.say(pk, type, {}, token);
        expect([status, body]).toEqual([400, { type: `An end user cannot post events of type '${type}'.` }]);
      }
      for (const root of [V1, V2]) {
        const { status, body } = await argus.call('POST', `${root}${pk}/events/`, {
          json: { type: 'ACK', timestamp: START },
          token,
        });
        const url = `${argus.service.url}${root}${pk}/acks/`;
        const type = `Acknowledgements of this incidents should be posted through ${url}.`;
        expect([status, body]).toEqual([400, { type }]);
      }
    }
  });

  it('27. a person may leave out the time, a source may not', async () => {
    const { pk } = await argus.open();
    const before = Date.now();
    const { status, body } = await argus.call('POST', `${V2}${pk}/events/`, {
      json: { type: 'OTH' },
      token: argus.jane,
    });
    expect(status).toBe(201);
    expect(Date.parse(body.timestamp as string)).toBeGreaterThanOrEqual(before);
    const refused = await argus.call('POST', `${V2}${pk}/events/`, { json: { type: 'OTH' } });
    expect([refused.status, refused.body]).toEqual([400, { timestamp: ['This field is required.'] }]);
  });

  it('28. events are listed newest first; one can be read; all of them come in pages', async () => {
    const { pk } = await argus.open();
    for (const minute of [2, 5, 1, 5])
      await argus.say(pk, 'OTH', { timestamp: at(minute), description: `at ${minute}` });
    const events = await argus.eventsOf(pk);
    expect(events.map(({ timestamp }) => timestamp)).toEqual([at(5), at(5), at(2), at(1), START]);
    expect(events[0]!.pk).toBeGreaterThan(events[1]!.pk);
    for (const root of [V1, V2]) expect((await argus.get(`${root}${pk}/events/`)).body).toEqual(events);
    for (const event of events) expect((await argus.get(`${V2}${pk}/events/${event.pk}/`)).body).toEqual(event);
    const other = await argus.open();
    expect((await argus.get(`${V2}${other.pk}/events/${events[0]!.pk}/`)).status).toBe(404);
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expect((await argus.call(method, `${V2}${pk}/events/${events[0]!.pk}/`)).status).toBe(405);
    }
    expect((await argus.get(`${V1}events/`)).body).toEqual({ detail: 'Not found.' });
    const all = [];
    let pages = 0;
    for (let next: string | null = `${V2}events/?page_size=3`; next !== null; pages++) {
      const { body }: { body: { next: string | null; results: { pk: number; timestamp: string }[] } } =
        await argus.get(next);
      all.push(...body.results);
      next = body.next && body.next.slice(argus.service.url.length);
    }
    expect(pages).toBeGreaterThan(3);
    expect(new Set(all.map((one) => one.pk)).size).toBe(all.length);
    expect(all.map(({ timestamp }) => Date.parse(timestamp))).toEqual(
      all.map(({ timestamp }) => Date.parse(timestamp)).toSorted((a, b) => b - a),
    );
    expect(all.filter((one) => events.some((event) => event.pk === one.pk))).toHaveLength(events.length);
    expect((await argus.get(`${V2}events/?cursor=nothing`)).body).toEqual({ detail: 'Invalid cursor' });
  });

  it('28b. an event says what is wrong with it, and nothing is recorded', async () => {
    const { pk } = await argus.open();
    const wrong: [object, object][] = [
      [{}, { type: ['This field is required.'] }],
      [{ type: 'XXX', timestamp: START }, { type: ['"XXX" is not a valid choice.'] }],
      [{ type: 'oth', timestamp: START }, { type: ['"oth" is not a valid choice.'] }],
      [{ type: { value: 'OTH' }, timestamp: START }, { type: ['"{"value":"OTH"}" is not a valid choice.'] }],
      [{ type: 'OTH', timestamp: 'now' }, { timestamp: [expect.stringMatching(/^Datetime has wrong format/)] }],
      [{ type: 'OTH', timestamp: 12 }, { timestamp: [expect.stringMatching(/^Datetime has wrong format/)] }],
      [{ type: 'OTH', timestamp: START, description: null }, { description: ['This field may not be null.'] }],
    ];
    for (const [json, expected] of wrong) {
      const { status, body } = await argus.call('POST', `${V2}${pk}/events/`, { json });
      expect([status, body]).toEqual([400, expected]);
    }
    const unknown = await argus.say(999_999, 'END');
    expect([unknown.status, unknown.body]).toEqual([404, { detail: 'No Incident matches the given query.' }]);
    expect(await typesOf(pk)).toEqual(['STA']);
    const ignored = await argus.say(pk, 'OTH', { actor: 1, incident: 2, received: 3, pk: 4, description: '' });
    expect([ignored.status, ignored.body.incident, ignored.body.actor.username]).toEqual([201, pk, 'nav1']);
  });
});
