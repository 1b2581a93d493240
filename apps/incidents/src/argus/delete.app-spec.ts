import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type IncidentDeleted, type EnvelopeOf } from '#libs/contracts';
import { instantOfMillis } from '#libs/core';
import { until } from '#libs/testing';
import { type ArgusGround, argusGround, START, V1, V2 } from './argus-ground.for-spec.js';

let argus: ArgusGround;

beforeAll(async () => {
  argus = await argusGround({ INDELIBLE_INCIDENTS: 'false' });
}, 60_000);

afterAll(() => argus?.service.stop());

const remove = (pk: number, token?: string) =>
  argus.call('DELETE', `${V2}${pk}/`, token === undefined ? {} : { token });
const statusOf = async (path: string) => (await argus.get(path)).status;

describe('18. DELETE, where INDELIBLE_INCIDENTS is false', () => {
  it('is 204 for the own source and for an admin, with acknowledgements also', async () => {
    for (const token of [argus.nav, argus.admin]) {
      const { pk } = await argus.open({ source_incident_id: '18' });
      const ack = await argus.call('POST', `${V2}${pk}/acks/`, { json: { timestamp: START }, token: argus.jane });
      expect(ack.status).toBe(201);
      const { status, body } = await remove(pk, token);
      expect([status, body]).toEqual([204, undefined]);
      for (const below of ['', 'events/', 'acks/']) expect(await statusOf(`${V2}${pk}/${below}`)).toBe(404);
      expect(await statusOf(`${V2}${pk}/tags/`)).toBe(400);
      expect(await statusOf(`/tocsin/v1/incidents/${pk}`)).toBe(404);
      expect((await remove(pk, token)).status).toBe(404);
      expect((await argus.say(pk, 'END')).status).toBe(404);
    }
  });

  it('is 403 for another source and for a person, and nothing happens', async () => {
    const { pk } = await argus.open();
    for (const token of [argus.zabbix, argus.jane, argus.reader]) expect((await remove(pk, token)).status).toBe(403);
    expect((await argus.read(pk)).pk).toBe(pk);
    expect((await remove(999_999)).status).toBe(404);
  });

  it('leaves no trace in lists of now: incidents, mine, all events', async () => {
    const { pk } = await argus.open({ description: 'eighteen' });
    const lists = [`${V2}?search=eighteen`, `${V1}mine/?open=true&page_size=1000`, `${V1}open/`];
    const seen = async () => JSON.stringify(await Promise.all(lists.map(async (path) => (await argus.get(path)).body)));
    const events = async () =>
      (await argus.get(`${V2}events/?page_size=1000`)).body as { results: { incident: number }[] };
    expect(await seen()).toContain('eighteen');
    expect((await events()).results.map(({ incident }) => incident)).toContain(pk);
    await remove(pk);
    expect(await seen()).not.toContain('eighteen');
    expect((await events()).results.map(({ incident }) => incident)).not.toContain(pk);
  });

  it('is an event: the log keeps it, and a moment before it tells of the incident', async () => {
    const { pk } = await argus.open({ description: 'then' });
    const now = Date.now();
    while (Date.now() <= now + 1) await new Promise(setImmediate);
    const paths = [`${V2}${pk}/`, `${V2}${pk}/events/`, `${V2}?search=then`];
    const before = await Promise.all(paths.map(async (path) => (await argus.get(path)).body as unknown));
    await remove(pk);
    for (const known of ['at', 'now']) {
      const asked = `asOf=${instantOfMillis(now + 1)}&known=${known}`;
      const then = paths.map((path) => argus.get(`${path}${path.includes('?') ? '&' : '?'}${asked}`));
      expect((await Promise.all(then)).map(({ body }) => body as unknown)).toEqual(before);
      expect(await statusOf(`${V2}${pk}/?asOf=${instantOfMillis(Date.now() + 1)}&known=${known}`)).toBe(404);
    }
    const { rows } = await argus.service.store!.query<{ document: string }>(
      `select document from view_timeline where document::json ->> 'name' = 'IncidentDeleted'
       and (document::json -> 'payload' ->> 'pk')::bigint = $1`,
      [pk],
    );
    const entry = JSON.parse(rows[0]!.document) as EnvelopeOf<typeof IncidentDeleted>;
    expect(entry.payload).toMatchObject({ pk, sequence: 2, by: { username: 'nav1' } });
  });

  it('frees the id of the source', async () => {
    const first = await argus.open({ source_incident_id: 'again' });
    const taken = await argus.call('POST', V2, { json: { start_time: START, tags: [], source_incident_id: 'again' } });
    expect(taken.status).toBe(400);
    await remove(first.pk);
    const second = await argus.open({ source_incident_id: 'again' });
    const { results } = (await argus.get(`${V2}mine/?source_incident_id=again`)).body;
    expect(results.map(({ pk }: { pk: number }) => pk)).toEqual([second.pk]);
  });

  it('is what a rebuild finds on the log: nothing differs', async () => {
    const { pk } = await argus.open({ description: 'rebuilt' });
    await remove(pk);
    const { service } = argus;
    const built = async () => {
      const { items } = (await (await service.request('/tocsin/v1/projections')).json()) as {
        items: { name: string; generation: number }[];
      };
      return items.find(({ name }) => name === 'incidents')!.generation;
    };
    const before = await built();
    const begun = await service.request('/tocsin/v1/projections/incidents/rebuild', { method: 'POST' });
    expect(begun.status).toBe(202);
    await until(async () => (await built()) > before, { timeout: 40_000, what: 'the switch to what was rebuilt' });
    const found = await (await service.request('/tocsin/v1/projections/incidents/differences')).json();
    expect(found).toMatchObject({ items: [], comparison: { differing: 0 } });
    expect(await statusOf(`${V2}${pk}/`)).toBe(404);
  }, 60_000);
});
