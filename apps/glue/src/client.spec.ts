import { describe, expect, it } from '@jest/globals';
import { ArgusClient, retryAfterOf } from './client.js';
import { ArgusError, NoAnswer, verdictOf } from './errors.js';
import { tocsinBodyOf } from './snapshot.js';
import { FakeArgus } from './testing/fake-argus.js';
import { type Incident } from './wire.js';

const START = '2026-11-20T10:00:00.123456+01:00';
const LATER = '2100-01-01T00:00:00Z';
const given = () => {
  const argus = new FakeArgus();
  return { argus, client: new ArgusClient({ url: 'http://argus', token: 't', fetch: argus.fetch }) };
};

describe('the client', () => {
  it('takes the origin, or the root of the API with or without its last slash', () => {
    const apiUrls = ['http://a', 'http://a/', 'http://a/api/v2', 'http://a/api/v2/', 'http://a/sub'].map(
      (url) => new ArgusClient({ url, token: 't' }).apiUrl,
    );
    expect(apiUrls).toEqual([
      'http://a/api/v2/',
      'http://a/api/v2/',
      'http://a/api/v2/',
      'http://a/api/v2/',
      'http://a/sub/api/v2/',
    ]);
  });

  it('follows pages by their query alone, filters included', async () => {
    const { client } = given();
    for (const id of ['1', '2', '3', '4', '5']) {
      await client.create({ source_incident_id: id, start_time: START, description: '', tags: [] });
    }
    const mine: Incident[] = [];
    for await (const incident of client.mine({ open: true })) mine.push(incident);
    expect(mine.map(({ source_incident_id }) => source_incident_id)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('sends a heartbeat, and says when the server knows none', async () => {
    const { argus, client } = given();
    expect(await client.heartbeat()).toBe(true);
    argus.fault = () => ({ status: 403 });
    expect(await client.heartbeat()).toBe(false);
    expect(argus.heartbeats).toBe(1);
  });

  it('speaks to Tocsin of snapshots, and leaves other servers alone with them', async () => {
    const { argus, client } = given();
    const open = [{ source_incident_id: '1', start_time: START, description: 'x', tags: [{ tag: 'host=a' }] }];
    expect(await client.snapshot({ at: START, open })).toBeUndefined();
    const sent: unknown[] = [];
    const tocsin = new ArgusClient({
      url: 'http://tocsin/api/v2/',
      token: 't',
      fetch: (url, init) => {
        sent.push(String(url), JSON.parse(init?.body as string));
        return Promise.resolve(Response.json({ opened: 1, restarted: 1, ended: 3 }));
      },
    });
    expect(await tocsin.snapshot({ at: LATER, open })).toEqual({ opened: 2, closed: 3 });
    const item = { sourceIncidentId: '1', startTime: START, description: 'x', tags: ['host=a'] };
    expect(sent).toEqual(['http://tocsin/tocsin/v1/sources/mine/snapshot', { takenAt: LATER, open: [item] }]);
    expect(argus.requests).toEqual(['POST /tocsin/v1/sources/mine/snapshot']);
  });

  it('tells an answer that is an error from one that did not come', async () => {
    const { argus, client } = given();
    argus.fault = () => ({ status: 503, headers: { 'retry-after': '7' }, body: { detail: 'busy' } });
    await expect(client.findMine('1')).rejects.toMatchObject({
      status: 503,
      retryAfterMs: 7000,
      body: { detail: 'busy' },
    });
    argus.fault = () => 'no-connection';
    await expect(client.findMine('1')).rejects.toBeInstanceOf(NoAnswer);
  });

  it('reads Retry-After in seconds and as a date of the server’s clock', () => {
    const date = 'Fri, 20 Nov 2026 10:00:00 GMT';
    expect(retryAfterOf('120', null)).toBe(120_000);
    expect(retryAfterOf('Fri, 20 Nov 2026 10:00:30 GMT', date)).toBe(30_000);
    expect(retryAfterOf('Fri, 20 Nov 2026 09:00:00 GMT', date)).toBe(0);
    expect(retryAfterOf('soon', date)).toBeUndefined();
    expect(retryAfterOf(null, date)).toBeUndefined();
  });
});

describe('the verdict on a failure', () => {
  const status = (code: number) => verdictOf(new ArgusError('POST x', code, '', undefined));

  it('waits for a server, and for a token to be set right', () => {
    for (const code of [301, 401, 403, 404, 408, 429, 502, 503, 504]) expect(status(code)).toBe('wait');
    expect(verdictOf(new NoAnswer('POST x', new Error('down')))).toBe('wait');
  });

  it('lets others pass what makes the server fail', () => expect(status(500)).toBe('wait-alone'));

  it('refuses what is wrong in itself', () => {
    for (const code of [400, 409, 413, 415, 422]) expect(status(code)).toBe('refuse');
  });
});

describe('a snapshot for Tocsin', () => {
  it('counts as taken when it is sent: what the queue held before it has only just been heard of', () => {
    const body = { at: '2026-11-20T10:00:00Z', open: [] };
    expect(tocsinBodyOf(body, Date.parse('2026-11-20T11:00:00Z'))).toEqual({
      takenAt: '2026-11-20T11:00:00.000Z',
      open: [],
    });
  });
});
