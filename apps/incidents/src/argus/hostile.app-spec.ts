import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgusGround, argusGround, type Shown, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;
let incident: Shown;
let ackPk: number;

beforeAll(async () => {
  argus = await argusGround();
  incident = await argus.open({ tags: [{ tag: 'a=b' }] });
  const ack = await argus.call('POST', `${V2}${incident.pk}/acks/`, { json: { timestamp: START } });
  ackPk = ack.body.pk as number;
}, 60_000);

afterAll(() => argus?.service.stop());

/** Values that somebody forgot to think of. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  9007199254740993,
  '',
  ' ',
  '\0',
  'a\ud800b',
  '🙈'.repeat(300),
  "'; drop table incident; --",
  '%_\\',
  '../../etc/passwd',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
  'infinity',
  '-infinity',
  [],
  [[]],
  [null],
  [{}],
  [{ tag: null }],
  [{ tag: ['a=b'] }],
  {},
  { a: { b: { c: [] } } },
  { timestamp: START },
  { then: 'thenable' },
  { toString: 1, length: -1 },
];

interface Route {
  readonly method: string;
  readonly path: () => string;
  readonly body: Readonly<Record<string, unknown>>;
}

const attributes = {
  details_url: '/x',
  description: 'd',
  level: 2,
  ticket_url: 'https://t.example.org/1',
  metadata: {},
};
const event = { type: 'OTH', timestamp: START, description: 'd' };
const ack = { timestamp: START, description: 'd', expiration: '2999-01-01T00:00:00Z' };

const routes: readonly Route[] = [
  {
    method: 'POST',
    path: () => V2,
    body: { start_time: START, end_time: 'infinity', tags: [], source_incident_id: '', source: 1, ...attributes },
  },
  { method: 'PATCH', path: () => `${V2}${incident.pk}/`, body: { ...attributes, tags: [{ tag: 'a=b' }] } },
  { method: 'POST', path: () => `${V2}${incident.pk}/events/`, body: event },
  { method: 'POST', path: () => `${V2}${incident.pk}/acks/`, body: ack },
  { method: 'POST', path: () => `${V1}${incident.pk}/acks/`, body: { event: ack, expiration: null } },
  { method: 'PATCH', path: () => `${V2}${incident.pk}/acks/${ackPk}/`, body: { expiration: null } },
  { method: 'POST', path: () => `${V2}${incident.pk}/tags/`, body: { tag: 'c=d' } },
  { method: 'PUT', path: () => `${V2}${incident.pk}/ticket_url/`, body: { ticket_url: 'x' } },
  { method: 'POST', path: () => `${V2}events/bulk/`, body: { ids: [1], event } },
  { method: 'POST', path: () => `${V2}acks/bulk/`, body: { ids: [1], ack } },
  { method: 'POST', path: () => `${V2}ticket_url/bulk/`, body: { ids: [1], ticket_url: 'x' } },
];

const PARAMETERS = [
  ...['open', 'acked', 'tags', 'duration__gte', 'token_expiry', 'filter_pk', 'notificationprofile_pk', 'id__in'],
  ...['source__id__in', 'source__name__in', 'source__type__in', 'level__lte', 'source_incident_id', 'start_time__gte'],
  ...['end_time__lte', 'end_time__isnull', 'search', 'cursor', 'page_size', 'format', 'count', 'asOf', 'known'],
];

describe('whatever a field holds', () => {
  it.each(routes.map((route, index) => [index, route.method, Object.keys(route.body).join(' ')] as const))(
    'route %d, %s of %s never fails, and says what it does not take',
    async (index) => {
      const { method, path, body } = routes[index]!;
      for (const name of Object.keys(body)) {
        for (const value of VALUES) {
          const json = { ...body, [name]: value };
          const answer = await argus.call(method, path(), { json, token: argus.admin });
          expect([name, value, [200, 201, 400].includes(answer.status) ? 'ok' : answer.status]).toEqual([
            name,
            value,
            'ok',
          ]);
          expect(answer.headers.get('content-type')).toBe('application/json');
        }
      }
      for (const value of VALUES.filter((one) => typeof one === 'string')) {
        const form = new URLSearchParams(Object.fromEntries(Object.keys(body).map((name) => [name, value])));
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const answer = await argus.call(method, path(), { body: form.toString(), headers, token: argus.admin });
        expect([value, answer.status < 500]).toEqual([value, true]);
      }
    },
    60_000,
  );

  it('no incident is hurt', async () => {
    const { body } = await argus.get(`${V2}?page_size=10000`);
    expect((body.results as Shown[]).find(({ pk }) => pk === incident.pk)).toBeDefined();
    expect((await argus.get(`${V2}${incident.pk}/events/`)).status).toBe(200);
    expect((await argus.get(`${V2}events/`)).status).toBe(200);
  });
});

describe('whatever a query holds', () => {
  it.each(PARAMETERS)('%s never fails', async (name) => {
    const values = [
      ...VALUES.filter((one) => typeof one !== 'object').map(String),
      '1,2',
      ',',
      '=',
      'a=b,',
      '1e5',
      '٣',
      'a'.repeat(3_000),
    ];
    for (const value of values) {
      for (const path of [V2, `${V1}mine/`, `${V2}events/`]) {
        const query = new URLSearchParams({ [name]: value.toWellFormed() });
        const { status } = await argus.get(`${path}?${query.toString()}`);
        expect([value.slice(0, 80), [200, 400, 404].includes(status) ? 'ok' : status]).toEqual([
          value.slice(0, 80),
          'ok',
        ]);
      }
    }
  });

  it.each(['%', '%zz', '%ff', '%00', '%c0%ae', '+', '&&=&', 'x[y]=1&x[__proto__]=2', '__proto__=1&constructor=2'])(
    '%s is no query to fail on',
    async (query) => expect((await argus.get(`${V2}?${query}`)).status).toBe(200),
  );

  it.each(['%00', '%2e%2e', '1%00', '1;x', '%31', 'NaN', '1e3', '0x1', '%F0%9F%99%88', '१'])(
    'a key such as %s is none, or is one',
    async (key) => {
      for (const path of [`${key}/`, `${key}/events/`, `1/events/${key}/`, `1/acks/${key}/`, `1/tags/${key}/`]) {
        expect([path, (await argus.get(V2 + path)).status < 500]).toEqual([path, true]);
      }
    },
  );
});
