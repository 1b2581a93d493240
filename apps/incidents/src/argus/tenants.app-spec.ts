import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenAdministration } from '#libs/runtime';
import { unrefused } from '#libs/testing';
import { firstTenantOf } from '../testing/alerts.js';
import { type ArgusGround, argusGround, type Shown, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;
/** Tokens of another organisation. */
let foreign: { admin: string; source: string; user: string };

beforeAll(async () => {
  argus = await argusGround();
  const tokens = argus.service.app.get(TokenAdministration);
  const tenant = await firstTenantOf(argus.service);
  const maker = { ...tenant, tokenId: '00000000-0000-7000-8000-000000000001' };
  const other = await tokens.createOrganization('Other', maker);
  const made = { organizationId: other.organizationId, projectId: other.projectId, tokenId: maker.tokenId };
  const source = await tokens.create(made, { name: 'nav1', kind: 'source', sourceType: 'nav' });
  const user = await tokens.create(made, { name: 'jane', kind: 'user' });
  foreign = { admin: other.token, source: source.token, user: user.token };
}, 60_000);

afterAll(() => argus?.service.stop());

describe('two organisations', () => {
  it('API1. another organisation s incidents do not exist: each route of one is 404, and nothing is done', async () => {
    const incident = await argus.open({ tags: [{ tag: 'a=b' }], source_incident_id: 'shared' });
    const { pk } = incident;
    const acked = await argus.call('POST', `${V2}${pk}/acks/`, { json: { timestamp: START } });
    const [event] = await argus.eventsOf(pk);
    const before = [await argus.read(pk), await argus.eventsOf(pk)];
    const said = { type: 'END', timestamp: START };
    for (const token of Object.values(foreign)) {
      for (const root of [V1, V2]) {
        for (const [method, path, json, status] of [
          ['GET', `${pk}/`, undefined, 404],
          ['PATCH', `${pk}/`, { level: 1 }, 404],
          ['PUT', `${pk}/`, { level: 1, tags: [] }, 404],
          ['DELETE', `${pk}/`, undefined, 405],
          ['GET', `${pk}/events/`, undefined, 404],
          ['POST', `${pk}/events/`, token === foreign.source ? said : { type: 'CLO' }, 404],
          ['GET', `${pk}/events/${event!.pk}/`, undefined, 404],
          ['GET', `${pk}/acks/`, undefined, 404],
          ['POST', `${pk}/acks/`, { timestamp: START, event: { timestamp: START } }, 404],
          ['GET', `${pk}/acks/${acked.body.pk}/`, undefined, 404],
          ['PATCH', `${pk}/acks/${acked.body.pk}/`, { expiration: null }, 404],
          ['PUT', `${pk}/ticket_url/`, { ticket_url: 'x' }, 404],
          ['GET', `${pk}/tags/`, undefined, 400],
          ['POST', `${pk}/tags/`, { tag: 'c=d' }, 400],
          ['DELETE', `${pk}/tags/a=b/`, undefined, 400],
        ] as const) {
          const answer = await argus.call(method, root + path, { json, token });
          expect([method, path, answer.status]).toEqual([method, path, status]);
          expect(JSON.stringify(answer.body)).not.toContain('nav.example.org');
        }
      }
      const ids = [pk];
      for (const [what, own] of [
        ['acks', { ack: { timestamp: START } }],
        ['events', { event: said }],
        ['ticket_url', { ticket_url: 'x' }],
      ] as const) {
        expect((await argus.call('POST', `${V2}${what}/bulk/`, { json: { ids, ...own }, token })).status).toBe(400);
      }
      expect((await argus.call('PUT', `${V2}${pk}/automatic-ticket/`, { token })).status).toBe(404);
    }
    expect([await argus.read(pk), await argus.eventsOf(pk)]).toEqual(before);
  });

  it('API1. lists, filters and cursors never lead to another organisation', async () => {
    for (let n = 0; n < 3; n++) await argus.open({ tags: [{ tag: 'secret=1' }], description: 'unseen quokka' });
    const own = (await argus.get(`${V2}?page_size=1`)).body;
    const cursor = new URL(own.next as string).searchParams.get('cursor')!;
    const { pk, source } = own.results[0] as Shown;
    const queries = [
      '',
      'tags=secret%3D1',
      'search=quokka',
      `id__in=${pk}`,
      `source__id__in=${source.pk}`,
      'source__name__in=nav1',
      `cursor=${cursor}`,
    ];
    for (const token of Object.values(foreign)) {
      for (const query of queries) {
        for (const path of [`${V2}`, `${V2}mine/`]) {
          expect([query, (await argus.get(`${path}?${query}`, token)).body.results]).toEqual([query, []]);
        }
      }
      expect((await argus.get(`${V2}?count=1`, token)).body.count).toBe(0);
      expect((await argus.get(`${V2}events/?cursor=${eventCursor(pk)}`, token)).body.results).toEqual([]);
      for (const path of ['open/', 'open+unacked/']) expect((await argus.get(V1 + path, token)).body).toEqual([]);
      expect(JSON.stringify((await argus.get(`${V1}metadata/`, token)).body)).not.toContain('nav.example.org');
    }
  });

  it('API1. an admin speaks for no source of another organisation', async () => {
    const { source } = await argus.open();
    const json = { start_time: START, tags: [], source: source.pk };
    const { status, body } = await argus.call('POST', V2, { json, token: foreign.admin });
    expect([status, body]).toEqual([400, [`SourceSystem with pk=${source.pk} does not exist.`]]);
  });

  it('ids of sources are each one s own', async () => {
    await argus.open({ source_incident_id: 'twice' });
    const json = { start_time: START, tags: [], source_incident_id: 'twice' };
    const { status, body } = await argus.call('POST', V2, { json, token: foreign.source });
    expect(status).toBe(201);
    expect((await argus.get(`${V2}${body.pk}/`)).status).toBe(404);
    expect((await argus.get(`${V2}${body.pk}/`, foreign.user)).body).toMatchObject({ source_incident_id: 'twice' });
  });

  it('API2. no route answers without a token, however it is spelt', async () => {
    const { service } = argus;
    const routes = service.routes.filter(({ url }) => url.startsWith('/api/v2/incidents'));
    expect(routes.length).toBeGreaterThan(20);
    expect(await unrefused({ url: service.url, routes })).toEqual([]);
  }, 120_000);

  it('API3. what a body may not set, it does not set', async () => {
    const own = {
      pk: 1,
      id: 1,
      organizationId: 'x',
      incidentId: 'x',
      acked: true,
      open: false,
      stateful: false,
      origin: 'alert',
      added_by: 1,
    };
    const incident = await argus.open({ ...own, tags: [{ tag: 'a=b', added_by: 1, added_time: START }] });
    expect(incident).toMatchObject({ acked: false, open: true, stateful: true });
    expect(incident.tags[0]!.added_by).toBe(incident.source.user);
    expect(incident.pk).not.toBe(1);
    const secret = /token|digest|secret|organization/i;
    expect(Object.keys(incident).filter((key) => secret.test(key))).toEqual([]);
  });

  it('API4. what costs much is bounded', async () => {
    const words = Array.from({ length: 800 }, (_, n) => `w${n}`).join('+');
    expect((await argus.get(`${V2}?search=${words}`)).status).toBeLessThan(500);
    const ids = Array.from({ length: 2_000 }, (_, n) => n).join(',');
    expect((await argus.get(`${V2}?id__in=${ids}`)).status).toBe(200);
    const tags = Array.from({ length: 900 }, (_, n) => `k${n}%3Dv`).join(',');
    expect((await argus.get(`${V2}?tags=${tags}`)).status).toBe(200);
    expect((await argus.get(`${V2}?search=${'%25'.repeat(2_000)}`)).status).toBeLessThan(500);
    expect((await argus.get(`${V2}?page_size=999999999`)).status).toBe(200);
  });
});

function eventCursor(pk: number): string {
  return Buffer.from(JSON.stringify(['2999-01-01T00:00:00.000Z', pk, 0])).toString('base64url');
}
