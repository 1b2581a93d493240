import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, type Shown, V1, V2 } from './argus-ground.for-spec.js';
import { TicketDesk } from './tickets/ticket-desk.js';
import { TicketRefused, TicketSystemFailed } from './tickets/ticket-plugin.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const patch = (pk: number, json: object, token = argus.nav, method = 'PATCH') =>
  argus.call(method, `${V2}${pk}/`, { json, token });
const changesOf = async (pk: number) =>
  (await argus.eventsOf(pk)).filter(({ type }) => type.value === 'CHI').map(({ description }) => description);
const tagsOf = ({ tags }: Pick<Shown, 'tags'>) => tags.map(({ tag }) => tag);

describe('B. update and delete', () => {
  it('13. PATCH of each attribute is 200, with one event CHI each that tells old and new', async () => {
    const { pk } = await argus.open({ description: 'old', tags: [{ tag: 'a=b' }] });
    const changes: [object, RegExp][] = [
      [{ level: 1 }, /^Change: "?level"?: 5 → 1$/],
      [{ description: ' new ' }, /^Change: "?description"?: old → new$/],
      [{ metadata: { a: 1, b: [2] } }, /^Change: "?metadata"?: 0 item\(s\) → 2 item\(s\)$/],
      [{ details_url: '/x' }, /^Change: "?details_url"?: .*→ .*\/x$/],
      [{ ticket_url: 'https://t.example.org/1' }, /^Change: "?ticket_url"?: .*→ https:\/\/t\.example\.org\/1$/],
      [{ tags: [{ tag: 'a=b' }, { tag: 'c=d' }] }, /^Change: "?tags"?: .*a=b.* → .*a=b.*c=d.*$/],
    ];
    for (const [index, [change, said]] of changes.entries()) {
      const { status, body } = await patch(pk, change);
      expect([status, await argus.read(pk)]).toEqual([200, body]);
      const all = await changesOf(pk);
      expect(all).toHaveLength(index + 1);
      expect(all).toContainEqual(expect.stringMatching(said));
    }
    expect(await argus.read(pk)).toMatchObject({ level: 1, description: 'new', metadata: { a: 1, b: [2] } });
    for (const same of [{}, { level: '1' }, { description: 'new' }, { tags: [{ tag: 'c=d' }, { tag: 'a=b' }] }]) {
      expect((await patch(pk, same)).status).toBe(200);
    }
    expect(await changesOf(pk)).toHaveLength(changes.length);
  });

  it('13b. PATCH by anybody of any incident; version 1 answers as version 2', async () => {
    const { pk } = await argus.open({ metadata: { a: 1 } });
    for (const token of [argus.jane, argus.zabbix, argus.admin]) {
      const { status } = await patch(pk, { description: token.slice(0, 12) }, token);
      expect(status).toBe(200);
    }
    const old = await argus.call('PATCH', `${V1}${pk}/`, { json: { level: 2, metadata: { b: 2 } } });
    expect([old.status, old.body.metadata, old.body.level]).toEqual([200, { b: 2 }, 2]);
  });

  it('14. PATCH and PUT of another field are 400 and name each; nothing of the rest is done', async () => {
    const incident = await argus.open({ tags: [{ tag: 'a=b' }] });
    const known = ['id', 'start_time', 'end_time', 'source', 'source_incident_id', 'search_text', 'events'];
    const others = ['open', 'acked', 'stateful', 'junk', '__class__'];
    const body = Object.fromEntries([...known, ...others].map((name) => [name, incident.start_time]));
    const expected = Object.fromEntries([
      ...known.map((name) => [name, 'The field is not allowed to be changed.']),
      ...others.map((name) => [name, 'The field does not exist.']),
    ]);
    for (const method of ['PATCH', 'PUT']) {
      const answer = await patch(incident.pk, { ...body, level: 1, tags: [] }, argus.nav, method);
      expect([answer.status, answer.body]).toEqual([400, expected]);
    }
    const whole = await patch(incident.pk, { level: 1 }, argus.nav, 'PUT');
    expect([whole.status, whole.body]).toEqual([400, { tags: ['This field is required.'] }]);
    expect((await patch(incident.pk, { level: 1, ticket_url: '' })).body).toEqual({
      ticket_url: ['Enter a valid URL.'],
    });
    expect((await patch(incident.pk, { level: 0, tags: [{ tag: 'x' }] })).status).toBe(400);
    expect(await argus.read(incident.pk)).toEqual(incident);
    expect((await patch(incident.pk, { level: 1, tags: [] }, argus.nav, 'PUT')).body).toMatchObject({
      level: 1,
      tags: [],
    });
    expect((await patch(999_999, { level: 1 })).status).toBe(404);
  });

  it('15. own tags are dropped by PATCH, others only by a superuser', async () => {
    const { pk } = await argus.open({ tags: [{ tag: 'host=a' }, { tag: 'host=b' }] });
    expect(tagsOf((await patch(pk, { tags: [{ tag: 'host=b' }] })).body)).toEqual(['host=b']);
    expect(tagsOf((await patch(pk, { tags: [{ tag: 'host=b' }, { tag: 'jane=1' }] }, argus.jane)).body)).toEqual([
      'host=b',
      'jane=1',
    ]);
    const refused = await patch(pk, { tags: [{ tag: 'new=1' }] }, argus.zabbix);
    const sentence = "Cannot remove this tag when you're not the one who added it.";
    expect([refused.status, refused.body]).toEqual([400, { 'host=b': sentence, 'jane=1': sentence }]);
    expect((await patch(pk, { level: 1, tags: [] }, argus.jane)).body).toEqual({ 'host=b': sentence });
    expect(await argus.read(pk)).toMatchObject({ level: 5 });
    expect(tagsOf(await argus.read(pk))).toEqual(['host=b', 'jane=1']);
    expect((await patch(pk, { tags: [] }, argus.admin)).body.tags).toEqual([]);
  });

  it('16. PUT of ticket_url is 200, with CHI only where it changes', async () => {
    const { pk } = await argus.open();
    const put = (json: unknown, token = argus.jane) => argus.call('PUT', `${V2}${pk}/ticket_url/`, { json, token });
    const url = 'https://t.example.org/16';
    for (const ticket_url of [url, url, ` ${url} `]) {
      const { status, body } = await put({ ticket_url });
      expect([status, body]).toEqual([200, { ticket_url: url }]);
    }
    expect(await changesOf(pk)).toHaveLength(1);
    expect((await argus.eventsOf(pk))[0]).toMatchObject({ actor: { username: 'jane' } });
    for (const ticket_url of ['bad', '']) expect((await put({ ticket_url })).body).toEqual({ ticket_url });
    expect(await changesOf(pk)).toHaveLength(3);
    expect((await put({ ticket_url: null })).body).toEqual({ ticket_url: ['This field may not be null.'] });
    expect(await put({})).toMatchObject({ status: 400, body: { ticket_url: ['This field is required.'] } });
    const unknown = await argus.call('PUT', `${V2}999999/ticket_url/`, { json: { ticket_url: url } });
    expect([unknown.status, unknown.body]).toEqual([404, { detail: 'No Incident matches the given query.' }]);
    for (const method of ['GET', 'PATCH', 'POST']) {
      const { status, body } = await argus.call(method, `${V2}${pk}/ticket_url/`);
      expect([status, body]).toEqual([405, { detail: `Method "${method}" not allowed.` }]);
    }
  });

  it('17. automatic-ticket answers the address that is there; else a plug-in makes one, with CHI', async () => {
    const made = await argus.open({ ticket_url: 'https://t.example.org/17' });
    const ask = (pk: number) => argus.call('PUT', `${V2}${pk}/automatic-ticket/`, { token: argus.jane });
    expect(await ask(made.pk)).toMatchObject({ status: 200, body: { ticket_url: 'https://t.example.org/17' } });
    const { pk } = await argus.open({ description: 'sw1 down' });
    const none = await ask(pk);
    expect([none.status, typeof none.body]).toEqual([400, 'string']);
    expect((await ask(999_999)).status).toBe(404);
    const desk = argus.service.app.get(TicketDesk);
    const asked: unknown[] = [];
    const use = (create: () => Promise<string>) => Object.assign(desk, { plugin: { name: 'spec', create } });
    for (const [error, status] of [
      [new TicketRefused('no'), 403],
      [new TicketSystemFailed(), 503],
      [new Error('boom'), 500],
    ] as const) {
      use(() => Promise.reject(error));
      const failed = await ask(pk);
      expect([failed.status, typeof failed.body]).toEqual([status, 'string']);
    }
    expect(await argus.read(pk)).toMatchObject({ ticket_url: '' });
    Object.assign(desk, {
      plugin: {
        name: 'spec',
        create: (request: unknown) => (asked.push(request), Promise.resolve('https://t.example.org/18')),
      },
    });
    expect(await ask(pk)).toMatchObject({ status: 200, body: { ticket_url: 'https://t.example.org/18' } });
    expect(await ask(pk)).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ incident: { pk, description: 'sw1 down', user: 'jane' } });
    expect(await changesOf(pk)).toHaveLength(1);
    expect((await argus.call('PUT', `${V1}${pk}/automatic-ticket/`)).status).toBe(404);
  });

  it('18. DELETE is 405 unless the setting says otherwise', async () => {
    const { pk } = await argus.open();
    for (const token of [argus.nav, argus.zabbix, argus.jane, argus.admin]) {
      const { status, body, headers } = await argus.call('DELETE', `${V2}${pk}/`, { token });
      const detail = 'Deletion of incidents is turned off, see setting INDELIBLE_INCIDENTS';
      expect([status, body]).toEqual([405, { detail }]);
      expect(headers.get('allow')).toContain('PATCH');
    }
    expect((await argus.read(pk)).pk).toBe(pk);
  });
});

describe('the tags of one incident', () => {
  it('are listed, added, and dropped by anybody, and no event tells of it', async () => {
    const { pk } = await argus.open({ tags: [{ tag: 'host=a' }] });
    const tags = `${V2}${pk}/tags/`;
    for (const path of [tags, `${V1}${pk}/tags/`]) expect((await argus.get(path)).body).toEqual([{ tag: 'host=a' }]);
    for (let twice = 0; twice < 2; twice++) {
      const { status, body } = await argus.call('POST', tags, { json: { tag: ' b = c/d ' }, token: argus.jane });
      expect([status, body]).toEqual([201, { tag: 'b=c/d' }]);
    }
    expect((await argus.get(tags)).body).toHaveLength(2);
    expect((await argus.get(`${tags}host=a/`)).body).toEqual({ tag: 'host=a' });
    expect((await argus.get(`${tags}b%3Dc%2Fd/`)).body).toEqual({ tag: 'b=c/d' });
    const dropped = await argus.call('DELETE', `${tags}host=a/`, { token: argus.zabbix });
    expect([dropped.status, dropped.body]).toEqual([204, undefined]);
    expect(tagsOf(await argus.read(pk))).toEqual(['b=c/d']);
    expect(await changesOf(pk)).toEqual([]);
  });

  it('say what is wrong', async () => {
    const { pk } = await argus.open();
    const tags = `${V2}${pk}/tags/`;
    const no = 'The tag does not have its delimiter: =.';
    expect((await argus.call('POST', tags, { json: { tag: 'host' } })).body).toEqual({ tag: no });
    expect(await argus.call('POST', tags, { json: {} })).toMatchObject({
      status: 400,
      body: { tag: ['This field is required.'] },
    });
    expect(await argus.get(`${tags}host/`)).toMatchObject({ status: 400, body: [no] });
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await argus.call(method, `${tags}no=body/`);
      expect([status, body]).toEqual([404, { detail: 'No Tag matches the given query.' }]);
    }
    const missing = ['An incident with pk=999999 does not exist'];
    for (const [method, path, json] of [
      ['GET', '', undefined],
      ['POST', '', { tag: 'a=b' }],
      ['GET', 'a=b/', undefined],
      ['DELETE', 'a=b/', undefined],
    ] as const) {
      const { status, body } = await argus.call(method, `${V2}999999/tags/${path}`, { json });
      expect([method, status, body]).toEqual([method, 400, missing]);
    }
  });
});
