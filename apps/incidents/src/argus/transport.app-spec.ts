import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, START, V1, V2 } from './argus-ground.for-spec.js';
import { IncidentDesk } from './incident-desk.js';
import { Serializers } from './serializers.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround();
}, 60_000);

afterAll(() => argus?.service.stop());

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const mine = `${V2}mine/`;

describe('who may come in', () => {
  it.each([
    [undefined, 'Authentication credentials were not provided.'],
    ['Digest x', 'Authentication credentials were not provided.'],
    ['Token', 'Invalid token header. No credentials provided.'],
    ['token ', 'Invalid token header. No credentials provided.'],
    ['Token a b', 'Invalid token header. Token string should not contain spaces.'],
    ['Token toc_source_x', 'Invalid token.'],
    ['Bearer 0123456789abcdef', 'Invalid token.'],
  ])('not with %j: 401, also where nothing is', async (authorization, detail) => {
    const headers = authorization === undefined ? {} : { authorization };
    for (const path of [mine, V2, `${V2}1/`, '/api/v2/nothing/', '/api/v2/incidents', '/api/v9/', '/api/x/y']) {
      for (const method of METHODS) {
        const answer = await argus.call(method, path, { token: null, headers });
        expect([path, answer.status, answer.body]).toEqual([path, 401, { detail }]);
        expect(answer.headers.get('www-authenticate')).toBe('Token');
        expect(answer.headers.get('content-type')).toBe('application/json');
      }
    }
  });

  it.each(['Token', 'token', 'TOKEN', 'Bearer'])('with %s', async (scheme) => {
    const headers = { authorization: `${scheme} ${argus.nav}` };
    expect((await argus.call('GET', mine, { token: null, headers })).status).toBe(200);
  });

  it('not in the URL', async () => {
    expect((await argus.call('GET', `${mine}?token=${argus.nav}`, { token: null })).status).toBe(401);
  });

  it('only to read, with a reader: writing is 403 and does nothing', async () => {
    const { pk } = await argus.open({ tags: [{ tag: 'a=b' }] });
    for (const path of [
      '',
      `${pk}/`,
      `${pk}/events/`,
      `${pk}/acks/`,
      `${pk}/tags/`,
      `${pk}/tags/a=b/`,
      'mine/',
      'events/',
    ]) {
      expect([path, (await argus.get(V2 + path, argus.reader)).status]).toEqual([path, 200]);
    }
    const before = await argus.read(pk);
    for (const [method, path] of [
      ['POST', ''],
      ['POST', 'mine/'],
      ['PATCH', `${pk}/`],
      ['PUT', `${pk}/`],
      ['DELETE', `${pk}/`],
      ['POST', `${pk}/events/`],
      ['POST', `${pk}/acks/`],
      ['PATCH', `${pk}/acks/1/`],
      ['POST', `${pk}/tags/`],
      ['DELETE', `${pk}/tags/a=b/`],
      ['PUT', `${pk}/ticket_url/`],
      ['PUT', `${pk}/automatic-ticket/`],
      ['POST', 'acks/bulk/'],
      ['POST', 'events/bulk/'],
      ['POST', 'ticket_url/bulk/'],
    ] as const) {
      const { status, body } = await argus.call(method, V2 + path, { json: {}, token: argus.reader });
      expect([path, status, body]).toEqual([
        path,
        403,
        { detail: 'You do not have permission to perform this action.' },
      ]);
    }
    expect(await argus.read(pk)).toEqual(before);
  });
});

describe('a path', () => {
  it('without its last slash is 301 to the one with it, in any method, with the query', async () => {
    for (const method of METHODS) {
      for (const path of [`${V2}mine`, `${V1}5`, `${V2}5/events`, `${V1}open+unacked`]) {
        const answer = await argus.call(method, `${path}?open=true&x=%2F`);
        expect([method, answer.status, answer.headers.get('location')]).toEqual([
          method,
          301,
          `${path}/?open=true&x=%2F`,
        ]);
      }
    }
    expect((await argus.call('GET', '//api/v2/incidents')).status).toBe(404);
  });

  it('that is not there is 404 in JSON', async () => {
    for (const path of ['/api/v2/nothing/', '/api/v3/incidents/', '/api/v2/incidents/1/nothing/', '/api/nothing']) {
      const { status, body, headers } = await argus.get(path);
      expect([path, status, body]).toEqual([path, 404, { detail: 'Not found.' }]);
      expect(headers.get('content-type')).toBe('application/json');
    }
    expect((await argus.get(`${V2}%zz/`)).status).toBe(400);
  });

  it('takes its own methods: others are 405, with Allow', async () => {
    for (const [method, path, allow] of [
      ['DELETE', V2, 'GET, HEAD, POST, OPTIONS'],
      ['PUT', mine, 'GET, HEAD, POST, OPTIONS'],
      ['PATCH', `${V1}open/`, 'GET, HEAD, OPTIONS'],
      ['DELETE', `${V1}open+unacked/`, 'GET, HEAD, OPTIONS'],
      ['POST', `${V2}events/`, 'GET, HEAD, OPTIONS'],
      ['GET', `${V2}acks/bulk/`, 'POST, OPTIONS'],
      ['POST', `${V2}1/`, 'DELETE, GET, HEAD, PATCH, PUT, OPTIONS'],
      ['PUT', `${V2}1/events/`, 'GET, HEAD, POST, OPTIONS'],
    ] as const) {
      const answer = await argus.call(method, path, method === 'GET' ? {} : { json: {} });
      expect([path, answer.status, answer.body]).toEqual([path, 405, { detail: `Method "${method}" not allowed.` }]);
      expect(answer.headers.get('allow')!.split(', ').toSorted()).toEqual(allow.split(', ').toSorted());
    }
  });

  it('tells of itself by OPTIONS', async () => {
    const { status, body, headers } = await argus.call('OPTIONS', V2);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expect(body).toMatchObject({
      name: 'Incident List',
      parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
      actions: { POST: { start_time: { required: true, type: 'datetime' }, pk: { read_only: true } } },
    });
    expect((await argus.call('OPTIONS', `${V2}1/`)).body).toMatchObject({
      name: 'Incident Instance',
      actions: { PUT: {} },
    });
    expect((await argus.call('OPTIONS', '/api/v2/nothing/')).status).toBe(404);
  });

  it('speaks JSON: another format is 404', async () => {
    expect((await argus.get(`${mine}?format=json`)).status).toBe(200);
    expect((await argus.get(`${mine}?format=`)).status).toBe(200);
    for (const format of ['xml', 'api', 'JSON']) {
      const { status, body } = await argus.get(`${mine}?format=${format}`);
      expect([status, body]).toEqual([404, { detail: 'Not found.' }]);
    }
    const html = await argus.call('GET', mine, { headers: { accept: 'text/html' } });
    expect([html.status, html.headers.get('content-type')]).toEqual([200, 'application/json']);
  });
});

describe('a body', () => {
  it.each(['text/plain', 'application/xml', 'application/json; charset=latin1', 'image/png'])(
    'of type %s is 415',
    async (type) => {
      for (const [method, path] of [
        ['POST', V2],
        ['PATCH', `${V2}1/`],
        ['POST', `${V2}1/events/`],
        ['PUT', `${V2}1/ticket_url/`],
      ] as const) {
        const answer = await argus.call(method, path, { body: '{}', headers: { 'content-type': type } });
        expect([answer.status, answer.body]).toEqual([415, { detail: `Unsupported media type "${type}" in request.` }]);
      }
    },
  );

  it('that is empty goes with any route, also as JSON of no length', async () => {
    const { pk } = await argus.open();
    const asked = (method: string, path: string) =>
      new Promise<number>((resolve, reject) => {
        const { hostname, port } = new URL(argus.service.url);
        const headers = {
          authorization: `Token ${argus.nav}`,
          'content-type': 'application/json',
          'content-length': '0',
        };
        const sent = request({ hostname, port, method, path, headers }, (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
        });
        sent.on('error', reject);
        sent.end();
      });
    expect(await asked('GET', mine)).toBe(200);
    expect(await asked('POST', V2)).toBe(400);
    expect(await asked('PATCH', `${V2}${pk}/`)).toBe(200);
    expect(await asked('PUT', `${V2}${pk}/automatic-ticket/`)).toBe(400);
    expect(await asked('DELETE', `${V2}${pk}/tags/a=b/`)).toBe(404);
    const typed = await argus.call('GET', mine, { headers: { 'content-type': 'application/json' } });
    expect(typed.status).toBe(200);
  });

  it.each(['{', '{"a":1}}', 'nothing', '{"a":"\u0001"}'])('%s is no JSON: 400', async (body) => {
    const headers = { 'content-type': 'application/json' };
    for (const path of [V2, `${V2}1/events/`, `${V2}acks/bulk/`]) {
      const answer = await argus.call('POST', path, { body, headers });
      expect([answer.status, answer.body]).toEqual([400, { detail: expect.stringMatching(/^JSON parse error - /) }]);
    }
  });

  it.each([
    ['[]', 'list'],
    ['"x"', 'str'],
    ['7', 'int'],
  ])('%s is no object: 400', async (body, type) => {
    const { pk } = await argus.open();
    const sentence = `Invalid data. Expected a dictionary, but got ${type}.`;
    for (const [method, path] of [
      ['POST', V2],
      ['PATCH', `${V2}${pk}/`],
      ['POST', `${V2}${pk}/acks/`],
      ['POST', `${V2}${pk}/tags/`],
      ['POST', `${V2}events/bulk/`],
    ] as const) {
      const answer = await argus.call(method, path, { body, headers: { 'content-type': 'application/json' } });
      expect([path, answer.status, answer.body]).toEqual([path, 400, { non_field_errors: [sentence] }]);
    }
  });
});

describe('times in Europe/Oslo', () => {
  it('are read and told there', async () => {
    const zone = 'Europe/Oslo';
    const desk = argus.service.app.get(IncidentDesk);
    const before = { zone: desk.zone, show: desk.show };
    Object.assign(desk, { zone, show: new Serializers(zone) });
    const shown = async (start_time: string) => (await argus.open({ start_time })).start_time;
    expect(await shown('2020-12-11T15:50:42.123456')).toBe('2020-12-11T15:50:42.123456+01:00');
    expect(await shown('2026-07-01 12:00')).toBe('2026-07-01T12:00:00+02:00');
    expect(await shown('2026-10-25T02:30:00')).toBe('2026-10-25T02:30:00+02:00');
    expect(await shown('2026-11-20T09:38:13Z')).toBe('2026-11-20T10:38:13+01:00');
    const open = await argus.open({ end_time: '9999-12-31T23:59:59.999999' });
    expect(open.end_time).toBe('infinity');
    const aware = { start_time: START, tags: [], end_time: '9999-12-31T23:59:59.999999+00:00' };
    const refused = await argus.call('POST', V2, { json: aware });
    expect([refused.status, refused.body]).toEqual([400, { end_time: ['Datetime value out of range.'] }]);
    const ended = await argus.say(open.pk, 'END', { timestamp: '2026-11-20 11:00:00' });
    expect(ended.body.timestamp).toBe('2026-11-20T11:00:00+01:00');
    expect((await argus.read(open.pk)).end_time).toBe('2026-11-20T11:00:00+01:00');
    Object.assign(desk, before);
    expect((await argus.call('POST', V2, { json: aware })).body.end_time).toBe('infinity');
  });
});
