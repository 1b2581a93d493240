import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headersOf } from '#libs/contracts';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

let ingestion: IngestionForSpec;

beforeAll(async () => {
  ingestion = await ingestionForSpec();
}, 30_000);

afterAll(() => ingestion?.stop());

const PATH = '/tocsin/v1/events';
const event = (name: string, more: object = {}): object => ({ name, payload: { n: 1 }, ...more });
const named = async (name: string) => (await ingestion.events()).filter((candidate) => candidate.name === name);

describe('POST /tocsin/v1/events', () => {
  it('answers where each event lies', async () => {
    const answer = await ingestion.post(PATH, [event('placed'), event('placed')]);
    expect(answer.status).toBe(202);
    const records = await ingestion.records();
    for (const { id, topic, partition, offset } of answer.json.accepted) {
      const record = records.find((candidate) => candidate.partition === partition && candidate.offset === offset);
      expect(record?.topic).toBe(topic);
      expect(record?.headers['id']).toBe(id);
      expect(JSON.parse(record!.value!.toString())).toMatchObject({
        name: 'placed',
        payload: { n: 1 },
        metadata: { id },
      });
    }
  });

  it('takes one event and lines', async () => {
    expect((await ingestion.post(PATH, event('single'))).json).toMatchObject({
      accepted: [{ id: expect.any(String) }],
      rejected: [],
    });
    const lines = '{"name":"lined","payload":1}\nbroken\n\n{"name":"lined","payload":2}\n';
    const answer = await ingestion.post(PATH, lines, {
      headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
    });
    expect(answer).toMatchObject({ status: 202, json: { rejected: [{ index: 1 }] } });
    expect(answer.json.accepted).toHaveLength(2);
    expect((await named('lined')).map(({ payload }) => payload)).toEqual(expect.arrayContaining([1, 2]));
  });

  it('keeps what the sender says and adds who it was', async () => {
    const metadata = {
      id: 'evt-1',
      time: '2026-11-20T10:38:00+01:00',
      subject: 'order/7',
      correlationId: 'c',
      causationId: 'd',
      versions: { a: 1 },
    };
    await ingestion.post(
      PATH,
      event('told', { metadata: { ...metadata, source: 'forged', sourceId: 'forged', more: 1 } }),
    );
    const [told] = await named('told');
    expect(told!.metadata).toMatchObject({
      ...metadata,
      time: '2026-11-20T09:38:00.000Z',
      source: 'admin',
      causationId: 'd',
    });
    expect(told!.metadata.sourceId).not.toBe('forged');
    expect(headersOf(told!)).toBeDefined();
  });

  it('keys an alert as the webhook would', async () => {
    const payload = { partition: 'INS', labels: { alertname: 'x' }, startsAt: new Date().toISOString() };
    const { accepted } = (await ingestion.post(PATH, { name: 'AlertFired', payload })).json;
    const webhook = { version: '4', alerts: [{ ...payload, status: 'firing' }] };
    await ingestion.post('/alerts/INS', webhook);
    const keys = (await ingestion.records())
      .filter(({ headers }) => headers['name'] === 'AlertFired')
      .map(({ key }) => key!.toString());
    expect(new Set(keys).size).toBe(1);
    expect(accepted).toHaveLength(1);
  });

  it('accepts the good and says why not the others', async () => {
    const answer = await ingestion.post(PATH, [
      event('mixed'),
      event('IncidentOpened'),
      { name: 'AlertFired', payload: {} },
    ]);
    expect(answer.status).toBe(202);
    expect(answer.json.accepted).toHaveLength(1);
    expect(answer.json.rejected).toEqual([
      { index: 1, reason: expect.stringMatching(/^name: /) },
      { index: 2, reason: expect.stringMatching(/^payload\.partition: /) },
    ]);
  });

  it.each([
    ['an unknown shape', { nome: 'x' }, 400, 'name'],
    [
      'a broken alert',
      { name: 'AlertFired', payload: { partition: 'INS', labels: { a: 'b' } } },
      400,
      'payload.startsAt',
    ],
    ['another organisation', event('x', { metadata: { organizationId: 'other' } }), 403, 'metadata.organizationId'],
    ['what is decided here', event('DeliveryRecorded'), 403, 'name'],
  ])('refuses %s, naming the field', async (_what, body, status, field) => {
    const answer = await ingestion.post(PATH, body);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.json.fields)).toEqual([field]);
  });

  it('writes nothing of what it refuses', async () => {
    const before = (await ingestion.records()).length;
    await ingestion.post(PATH, event('IntegrationCreated'));
    await ingestion.post(PATH, [event('x', { metadata: { organizationId: 'other' } })]);
    expect(await ingestion.records()).toHaveLength(before);
  });
});

describe('who may', () => {
  const webhook = {
    version: '4',
    alerts: [{ status: 'firing', labels: { a: 'b' }, startsAt: '2026-11-20T09:00:00Z' }],
  };
  const paths: [string, unknown, number][] = [
    [PATH, event('allowed'), 202],
    ['/alerts/INS', webhook, 200],
    ['/alerts/INS/api/v2/alerts', [], 200],
  ];

  it.each(paths)('%s: source, user and admin; not a reader, not nobody', async (path, body, ok) => {
    for (const kind of ['source', 'user', 'admin'] as const) {
      const { token } = await ingestion.token({ kind });
      expect((await ingestion.post(path, body, { token })).status).toBe(ok);
    }
    const { token } = await ingestion.token({ kind: 'reader' });
    expect((await ingestion.post(path, body, { token })).status).toBe(403);
    expect((await ingestion.post(path, body, { token: null })).status).toBe(401);
    expect((await ingestion.post(path, body, { token: 'wrong' })).status).toBe(401);
  });

  it.each(paths)('%s: by Basic with the token as password, and by Token', async (path, body, ok) => {
    const { token } = await ingestion.token({});
    const basic = `Basic ${Buffer.from(`alertmanager:${token}`).toString('base64')}`;
    for (const authorization of [basic, `Token ${token}`, `bearer ${token}`]) {
      expect((await ingestion.post(path, body, { headers: { authorization } })).status).toBe(ok);
    }
  });

  it('a token with partitions writes into those, whichever way', async () => {
    const { token } = await ingestion.token({ partitions: ['MINE'] });
    expect((await ingestion.post('/alerts/MINE', webhook, { token })).status).toBe(200);
    for (const path of ['/alerts/OTHER', '/alerts/OTHER/api/v2/alerts', '/alerts/mine']) {
      const answer = await ingestion.post(path, path.endsWith('v2/alerts') ? [] : webhook, { token });
      expect(answer).toMatchObject({ status: 403, json: { fields: { partition: expect.any(String) } } });
    }
    const payload = { partition: 'OTHER', labels: { a: 'b' }, startsAt: '2026-11-20T09:00:00Z' };
    expect((await ingestion.post(PATH, { name: 'AlertFired', payload }, { token })).status).toBe(403);
    expect(
      (await ingestion.post(PATH, { name: 'AlertFired', payload: { ...payload, partition: 'MINE' } }, { token }))
        .status,
    ).toBe(202);
  });

  it('every route names who may use it', () => {
    const ways = /^\/(alerts|tocsin\/v1\/(events|samples)|otlp|api)/;
    const routes = ingestion.service.routes.filter(({ url }) => ways.test(url));
    expect(routes.length).toBeGreaterThan(13);
    for (const { access } of routes) expect(access).toEqual(['source', 'user', 'admin']);
    const open = ingestion.service.routes.filter(({ access }) => access === 'public').map(({ url }) => url);
    expect(open.filter((url) => !/^\/(health|metrics|openapi\.json|docs)/.test(url))).toEqual([]);
  });
});
