import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const post = (json: object, token = argus.nav, path = V2) => argus.call('POST', path, { json, token });
const refusedCount = async () => (await argus.get(`${V2}?count`)).body.count as number;

describe('A. create and read', () => {
  it('1. POST of a stateful incident is 201, with exactly one event STA of the source user at its start', async () => {
    const { status, body, headers } = await post({
      start_time: START,
      end_time: 'infinity',
      source_incident_id: 42,
      description: '  sw1 down ',
      level: '3',
      tags: [{ tag: 'host=sw1' }, { tag: 'host=sw1' }, { tag: 'k=' }],
      metadata: { b: 1, a: [null] },
      details_url: '/e/42',
      ticket_url: 'https://tickets.example.org/1',
      junk: 'ignored',
    });
    expect([status, headers.get('content-type')]).toEqual([201, 'application/json']);
    expect(body).toEqual({
      pk: expect.any(Number),
      start_time: START,
      end_time: 'infinity',
      source: {
        pk: expect.any(Number),
        name: 'nav1',
        type: { name: 'nav' },
        user: expect.any(Number),
        base_url: 'https://nav.example.org/',
      },
      source_incident_id: '42',
      details_url: 'https://nav.example.org/e/42',
      description: 'sw1 down',
      level: 3,
      ticket_url: 'https://tickets.example.org/1',
      metadata: { b: 1, a: [null] },
      tags: [
        { added_by: body.source.user, added_time: expect.any(String), tag: 'host=sw1' },
        { added_by: body.source.user, added_time: expect.any(String), tag: 'k=' },
      ],
      stateful: true,
      open: true,
      acked: false,
    });
    expect((await argus.get(`${V2}${body.pk}/`)).body).toEqual(body);
    expect(await argus.eventsOf(body.pk)).toEqual([
      {
        pk: expect.any(Number),
        incident: body.pk,
        actor: { pk: body.source.user, username: 'nav1' },
        timestamp: START,
        received: expect.any(String),
        type: { value: 'STA', display: 'Incident start' },
        description: 'sw1 down',
      },
    ]);
  });

  it('2. POST with end_time null is stateless, with exactly one event LES', async () => {
    const incident = await argus.open({ end_time: null });
    expect(incident).toMatchObject({ stateful: false, open: false, end_time: null });
    expect((await argus.eventsOf(incident.pk)).map(({ type }) => type)).toEqual([
      { value: 'LES', display: 'Stateless' },
    ]);
  });

  it('3. POST without end_time is open; so is the naive end of all time, and an end in the future', async () => {
    expect(await argus.open()).toMatchObject({ end_time: 'infinity', open: true, stateful: true });
    const naive = await argus.open({ end_time: '9999-12-31T23:59:59.999999' });
    expect(naive).toMatchObject({ end_time: 'infinity', open: true });
    const future = await argus.open({ end_time: '2999-01-01T00:00:00.000001Z' });
    expect(future).toMatchObject({ end_time: '2999-01-01T00:00:00.000001Z', open: true });
    const closed = await argus.open({ end_time: '2026-11-20T09:38:13.321457Z' });
    expect(closed).toMatchObject({ end_time: '2026-11-20T09:38:13.321457Z', open: false, stateful: true });
    expect((await argus.eventsOf(closed.pk)).map(({ type }) => type.value)).toEqual(['STA']);
    expect(await argus.open({ end_time: START })).toMatchObject({ open: false });
  });

  it('4. an end before the start is 400, and so is no time at all', async () => {
    const before = await refusedCount();
    for (const end_time of ['2026-11-20T09:38:13.321455Z', '-infinity']) {
      const { status, body } = await post({ start_time: START, end_time, tags: [] });
      expect([status, body]).toEqual([400, { non_field_errors: ["'end_time' cannot be before 'start_time'."] }]);
    }
    for (const end_time of ['Infinity', 'tomorrow', 5, '']) {
      const { status, body } = await post({ start_time: START, end_time, tags: [] });
      expect([status, body]).toEqual([400, { end_time: [expect.stringMatching(/, or 'infinity'\.$/)] }]);
    }
    expect(await refusedCount()).toBe(before);
  });

  it('5. a bad ticket_url is 400, and so is a tag that is none; nothing is created', async () => {
    const before = await refusedCount();
    for (const ticket_url of ['', 'bad', 'javascript:alert(1)']) {
      const { status, body } = await post({ start_time: START, tags: [], ticket_url });
      expect([status, body]).toEqual([400, { ticket_url: ['Enter a valid URL.'] }]);
    }
    const faults = [
      ['host', 'The tag does not have its delimiter: =.'],
      ['=sw1', 'The key of the tag cannot be empty.'],
      ['Host=sw1', "['Enter a valid key consisting of lowercase letters, numbers and underscores.']"],
    ];
    for (const [tag, sentence] of faults) {
      const { status, body } = await post({ start_time: START, tags: [{ tag: 'a=b' }, { tag }] });
      expect([status, body]).toEqual([400, { tags: { 1: { tag: sentence } } }]);
    }
    const { body } = await post({ start_time: START, tags: ['a=b'] });
    expect(body).toEqual({ tags: { 0: ['Tags need to follow the format {"tag": key=value}'] } });
    expect(await refusedCount()).toBe(before);
  });

  it('6. a source_incident_id is once in a source, for ever, and in each source; blank ones never clash', async () => {
    const first = await argus.open({ source_incident_id: 'A-6' });
    await argus.say(first.pk, 'END');
    const { status, body } = await post({ start_time: START, tags: [], source_incident_id: ' A-6 ' });
    expect([status, body]).toEqual([400, [expect.stringMatching(/source_incident_id.*already exists/s)]]);
    expect(await argus.open({ source_incident_id: 'A-6' }, argus.zabbix)).toMatchObject({
      source: { name: 'zabbix1' },
    });
    for (const own of [{ source_incident_id: '' }, { source_incident_id: ' ' }, {}]) {
      expect(await argus.open(own)).toMatchObject({ source_incident_id: '' });
    }
    const nothing = await post({ start_time: START, tags: [], source_incident_id: null });
    expect(nothing.body).toEqual({ source_incident_id: ['This field may not be null.'] });
    const ids = ['12345678901234567890', '12345678901234567891'];
    for (const id of ids) {
      const body = `{"start_time":"${START}","tags":[],"source_incident_id":${id}}`;
      const sent = await argus.call('POST', V2, { body, headers: { 'content-type': 'application/json' } });
      expect([sent.status, sent.body.source_incident_id]).toEqual([201, id]);
    }
  });

  it('7. a tag appears with whom it was added by, and when', async () => {
    const own = await argus.open({ tags: [{ tag: ' host = sw 1 ' }] });
    expect(own.tags).toEqual([{ added_by: own.source.user, added_time: expect.any(String), tag: 'host=sw 1' }]);
    const { status, body } = await post(
      { start_time: START, tags: [{ tag: 'a=b' }], source: own.source.pk },
      argus.admin,
    );
    expect([status, body.source.name]).toEqual([201, 'nav1']);
    expect(body.tags[0].added_by).not.toBe(own.source.user);
    expect((await argus.eventsOf(body.pk))[0]).toMatchObject({ actor: { username: 'nav1' }, type: { value: 'STA' } });
  });

  it('7b. only a superuser names a source, and it has to be there; who has none cannot post', async () => {
    const { source } = await argus.open();
    const body = { start_time: START, tags: [] };
    const only = ["You must be a superuser to be allowed to specify the 'source' field."];
    const none = ['The requesting user must have a connected source system.'];
    expect((await post({ ...body, source: source.pk })).body).toEqual(only);
    expect((await post({ ...body, source: source.pk }, argus.jane)).body).toEqual(only);
    expect((await post(body, argus.jane)).body).toEqual(none);
    expect((await post(body, argus.admin)).body).toEqual(none);
    const unknown = await post({ ...body, source: 999_999 }, argus.admin);
    expect([unknown.status, unknown.body]).toEqual([400, ['SourceSystem with pk=999999 does not exist.']]);
    expect((await post({ ...body, source: 'x' }, argus.admin)).body).toEqual({
      source: ['Incorrect type. Expected pk value, received str.'],
    });
    expect((await post({ ...body, source: 99999999999999 }, argus.admin)).status).toBe(400);
  });

  it('8. mine lists only own incidents, and takes POST; a user without a source has none', async () => {
    const mine = `${V2}mine/`;
    const { status, body } = await post({ start_time: START, tags: [], description: 'of mine' }, argus.zabbix, mine);
    expect([status, body.source.name]).toEqual([201, 'zabbix1']);
    const listed = (await argus.get(`${mine}?page_size=1000`, argus.zabbix)).body;
    expect(listed.results[0]).toEqual(body);
    expect(new Set(listed.results.map(({ source }: { source: { name: string } }) => source.name))).toEqual(
      new Set(['zabbix1']),
    );
    expect((await argus.get(mine, argus.jane)).body).toEqual({ next: null, previous: null, results: [] });
    expect((await argus.get(`${mine}${body.pk}/`, argus.zabbix)).status).toBe(404);
  });

  it('9. details_url is joined with the base of its source, where both are there', async () => {
    const shown = async (details_url: string, token?: string) => (await argus.open({ details_url }, token)).details_url;
    expect(await shown('e/9')).toBe('https://nav.example.org/e/9');
    expect(await shown('')).toBe('');
    expect(await shown('http://elsewhere.example.org/x y')).toBe('http://elsewhere.example.org/x y');
    expect(await shown('https://elsewhere.example.org/x')).toBe('https://elsewhere.example.org/x');
    expect(await shown('/e/9', argus.zabbix)).toBe('/e/9');
  });

  it('10. search finds by description and by descriptions of events, all words of it', async () => {
    const incident = await argus.open({ description: 'Quokka in aisle 100%' });
    await argus.say(incident.pk, 'OTH', { description: 'it ate the WOMBAT_x' });
    const found = async (search: string) =>
      (await argus.get(`${V2}?search=${encodeURIComponent(search)}`)).body.results.map(({ pk }: { pk: number }) => pk);
    for (const search of ['quokka', 'QUOKKA aisle', 'wombat', 'quokka wombat_x', '100%', 'aisle,ate']) {
      expect([search, await found(search)]).toEqual([search, [incident.pk]]);
    }
    for (const search of ['quokka numbat', 'wombat%x', 'quokk_']) expect(await found(search)).toEqual([]);
  });

  it('11. version 1 has whole lists of open ones, and the sources', async () => {
    const open = await argus.open({ tags: [{ tag: 'eleven=a' }], metadata: { a: 1 } });
    const acked = await argus.open({ tags: [{ tag: 'eleven=b' }] });
    await argus.call('POST', `${V2}${acked.pk}/acks/`, { json: { timestamp: START } });
    const pks = async (path: string) =>
      (await argus.get(path)).body
        .filter(({ tags }: { tags: { tag: string }[] }) => tags.some(({ tag }) => tag.startsWith('eleven=')))
        .map(({ pk }: { pk: number }) => pk);
    expect(new Set(await pks(`${V1}open/?level__lte=1&page_size=1`))).toEqual(new Set([open.pk, acked.pk]));
    expect(await pks(`${V1}open+unacked/`)).toEqual([open.pk]);
    const { sourceSystems } = (await argus.get(`${V1}metadata/`)).body;
    expect(sourceSystems).toContainEqual(open.source);
    for (const path of ['open/', 'open+unacked/', 'metadata/'])
      expect((await argus.get(`${V2}${path}`)).status).toBe(404);
    const { metadata, ...rest } = await argus.read(open.pk);
    expect(metadata).toEqual({ a: 1 });
    expect((await argus.get(`${V1}${open.pk}/`)).body).toEqual(rest);
    const ignored = await post({ start_time: START, tags: [], metadata: { a: 1 } }, argus.nav, V1);
    expect((await argus.read(ignored.body.pk)).metadata).toEqual({});
  });

  it('12. an unknown incident is 404 in JSON; a key that is none as well', async () => {
    for (const path of ['999999/', '999999/events/', '999999/acks/', '0/']) {
      const { status, body, headers } = await argus.get(`${V2}${path}`);
      expect([status, body]).toEqual([404, { detail: 'No Incident matches the given query.' }]);
      expect(headers.get('content-type')).toBe('application/json');
    }
    for (const path of ['abc/', '-1/', '1.5/', '99999999999999999999/', '1/events/abc/']) {
      expect((await argus.get(`${V2}${path}`)).body).toEqual({ detail: 'Not found.' });
    }
    const { pk } = await argus.open();
    expect((await argus.get(`${V2}${pk}/events/999999/`)).body).toEqual({
      detail: 'No Event matches the given query.',
    });
    const ack = (await argus.get(`${V2}${pk}/acks/999999/`)).body;
    expect(ack).toEqual({ detail: 'No Acknowledgement matches the given query.' });
  });
});
