import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { type Principal, TokenAdministration, TokenVerifier, Transactor } from '#libs/runtime';
import { createTestService, type TestService } from '#libs/testing';
import { IncidentCommands } from '../commands/incident-commands.js';
import { incidentsService } from '../service.js';
import { recorded } from '../testing/recorded.for-spec.js';
import { Registry } from './registry.js';

const START = Date.parse('2026-11-20T09:00:00Z');
const clock = new ManualClock(START);

let service: TestService;
let admin: Principal;

beforeAll(async () => {
  service = await createTestService(incidentsService, { overrides: { clock } });
  admin = (await service.app.get(TokenVerifier).verify(service.installation.adminToken))!;
}, 60_000);

afterAll(() => service?.stop());

async function sourceToken(name: string, sourceType: string, more: object = {}): Promise<string> {
  const made = await service.app.get(TokenAdministration).create(admin, { name, kind: 'source', sourceType, ...more });
  return made.token;
}

const principalOf = async (token: string): Promise<Principal> => (await service.app.get(TokenVerifier).verify(token))!;
const registry = (): Registry => service.app.get(Registry);

describe('the registry', () => {
  it('knows one source for all tokens of a name and type, in any case of the type', async () => {
    const tokens = [await sourceToken('nav1', 'NAV'), await sourceToken('nav1', 'nav', { baseUrl: 'https://nav/' })];
    const [first, second] = await Promise.all(
      tokens.map(async (token) => registry().identityOf(await principalOf(token))),
    );
    expect(first!.source).toMatchObject({ name: 'nav1', type: 'nav', username: 'nav1' });
    expect(second!.source).toEqual({ ...first!.source, baseUrl: 'https://nav/' });
    expect(second!.by).toMatchObject({ kind: 'source', userPk: first!.by.userPk, username: 'nav1' });
  });

  it('gives users names of their own', async () => {
    const other = (await registry().identityOf(await principalOf(await sourceToken('nav1', 'other')))).source!;
    expect(other.username).toMatch(/^nav1_[0-9A-F]{6}$/);
    const person = await registry().identityOf(admin);
    expect(person).toMatchObject({ superuser: true, readOnly: false, by: { kind: 'person', username: 'admin' } });
    expect(person.source).toBeUndefined();
  });

  it('puts everybody on the log, once, with their numbers', async () => {
    const events = await recorded(service, ['SourceRegistered', 'SourceTypeCreated', 'PersonRegistered']);
    const nav = events.filter(({ payload }) => (payload as { name?: string }).name === 'nav1');
    expect(nav.map(({ payload }) => (payload as { type: string }).type)).toEqual(
      expect.arrayContaining(['nav', 'nav', 'other']),
    );
    const ids = events.map(({ metadata }) => metadata.id);
    expect(new Set(ids).size).toBe(ids.length);
    const types = events.filter(({ name }) => name === 'SourceTypeCreated');
    expect(types.map(({ payload }) => (payload as { name: string }).name).sort()).toEqual(['nav', 'other']);
  });

  it('registers whoever brings alerts, and asks once', async () => {
    const { organizationId, projectId } = admin;
    const sender = { organizationId, projectId, name: 'prometheus', type: 'Alertmanager' };
    const meet = () =>
      service.app.get(Transactor).transact((unit) => registry().sourcesOfAlerts(unit, [sender, sender]));
    const [one, same] = await meet();
    expect(one).toMatchObject({ name: 'prometheus', type: 'alertmanager' });
    expect(same).toEqual(one);
    expect(await meet()).toEqual([one, one]);
    expect((await registry().sourcesByPk(organizationId, [one!.pk, 999_999])).size).toBe(1);
  });

  it('registers a name once, however many come at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => sourceToken('crowd', 'many')));
    const known = await Promise.all(tokens.map(async (token) => registry().identityOf(await principalOf(token))));
    expect(new Set(known.map(({ source }) => source!.pk)).size).toBe(1);
    const events = await recorded(service, ['SourceRegistered']);
    expect(events.filter(({ payload }) => (payload as { name: string }).name === 'crowd')).toHaveLength(1);
  });
});

describe('snapshots', () => {
  const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();
  const path = '/tocsin/v1/sources/mine/snapshot';
  let token: string;

  beforeAll(async () => {
    token = await sourceToken('drifting', 'nav');
    const identity = await registry().identityOf(await principalOf(token));
    for (const id of ['a', 'b']) {
      const opened = await service.app.get(IncidentCommands).open(identity, {
        source: identity.source!,
        startTime: at(-30),
        sourceIncidentId: id,
        tags: [],
      });
      expect(opened.refusal).toBeUndefined();
    }
  });

  const drift = {
    takenAt: at(0),
    open: [
      { sourceIncidentId: 'a', startTime: at(-30) },
      { sourceIncidentId: 'c', startTime: at(-5), tags: ['host=sw1'], description: 'down', level: 2 },
    ],
  };
  const outcome = {
    opened: 1,
    ended: 1,
    restarted: 0,
    unchanged: 1,
    events: [
      { type: 'STA', sourceIncidentId: 'c', timestamp: at(-5) },
      { type: 'END', sourceIncidentId: 'b', timestamp: at(0) },
    ],
    refused: [],
  };

  async function send(json: object, as = token, where = path): Promise<Response> {
    return service.request(where, { token: as, json });
  }

  it('show what is missing without writing anything, then say it once', async () => {
    const preview = await send({ ...drift, dryRun: true });
    expect(preview.status).toBe(200);
    const shown = (await preview.json()) as object;
    expect(shown).toMatchObject({ ...outcome, dryRun: true, takenAt: at(0) });
    expect(await (await send({ ...drift, dryRun: true })).json()).toEqual(shown);
    expect(await (await send(drift)).json()).toEqual({ ...shown, dryRun: false });
    const again = (await (await send(drift)).json()) as object;
    expect(again).toMatchObject({ opened: 0, ended: 0, restarted: 0, unchanged: 2, events: [] });
  });

  it('open with all that was told', async () => {
    const { items } = (await (await service.request('/tocsin/v1/incidents?limit=100')).json()) as {
      items: { sourceIncidentId: string; status: string }[];
    };
    const found = new Map(items.map((item) => [item.sourceIncidentId, item]));
    expect(found.get('c')).toMatchObject({ level: 2, description: 'down', tags: ['host=sw1'], startTime: at(-5) });
    expect(found.get('b')).toMatchObject({ status: 'closed', endTime: at(0) });
  });

  it('are taken from the source itself, and from an administrator, by pk, UUID or as mine', async () => {
    const { source } = (await (await send(drift)).json()) as { source: { id: string; pk: number } };
    for (const id of [source.id, source.pk]) {
      expect((await send(drift, service.installation.adminToken, `/tocsin/v1/sources/${id}/snapshot`)).status).toBe(
        200,
      );
    }
    const other = await sourceToken('stranger', 'nav');
    expect((await send(drift, other, `/tocsin/v1/sources/${source.pk}/snapshot`)).status).toBe(404);
    expect((await send(drift, service.installation.adminToken, path)).status).toBe(404);
    expect((await send(drift, service.installation.adminToken, '/tocsin/v1/sources/999999/snapshot')).status).toBe(404);
  });

  it.each([
    [{}, 'open'],
    [{ open: [null] }, 'open.0'],
    [{ open: [{ sourceIncidentId: '', startTime: at(0) }] }, 'open.0.sourceIncidentId'],
    [{ open: [{ sourceIncidentId: 'x', startTime: 'yesterday' }] }, 'open.0.startTime'],
    [{ open: [{ sourceIncidentId: 'x', startTime: at(0), tags: ['host'] }] }, 'open.0.tags.0'],
    [{ open: [{ sourceIncidentId: 'x', startTime: at(0), level: 6 }] }, 'open.0.level'],
    [{ open: [{ sourceIncidentId: 'x', startTime: at(0), other: 1 }] }, 'open.0.other'],
    [{ open: [], history: [{ sourceIncidentId: 'x', startTime: at(0), endTime: at(-1) }] }, 'history.0.endTime'],
    [{ open: [drift.open[0], drift.open[0]] }, 'open.1.sourceIncidentId'],
    [{ open: [], since: 'then' }, 'since'],
    [{ open: [{ sourceIncidentId: 'a\0', startTime: at(0) }] }, 'open.0.sourceIncidentId'],
  ])('that are wrong are refused whole: %j', async (json, field) => {
    const answer = await send(json);
    expect(answer.status).toBe(400);
    expect(Object.keys(((await answer.json()) as { fields: object }).fields)).toContain(field);
  });

  it('of hundreds of incidents are taken at once', async () => {
    const big = await sourceToken('big', 'nav');
    const open = Array.from({ length: 300 }, (_, n) => ({ sourceIncidentId: `n${n}`, startTime: at(-n) }));
    expect(await (await send({ open }, big)).json()).toMatchObject({ opened: 300, refused: [] });
    expect(await (await send({ open: open.slice(0, 10) }, big)).json()).toMatchObject({ ended: 290, unchanged: 10 });
    expect(await (await send({ open: [] }, big)).json()).toMatchObject({ ended: 10 });
  }, 60_000);
});

describe('another organisation', () => {
  it('has sources and users of its own, and sees none of ours', async () => {
    const ours = await sourceToken('ours', 'nav');
    const { source } = await registry().identityOf(await principalOf(ours));
    const other = await service.app.get(TokenAdministration).createOrganization('other', admin);
    const { pk, id, userPk } = source!;
    const ask = (path: string, method = 'GET', json?: object) =>
      service.request(path, { method, token: other.token, ...(json ? { json } : {}) });
    for (const named of [pk, id]) {
      expect((await ask(`/tocsin/v1/sources/${named}`)).status).toBe(404);
      expect((await ask(`/tocsin/v1/sources/${named}`, 'PATCH', { heartbeatSeconds: 1 })).status).toBe(404);
      expect((await ask(`/tocsin/v1/sources/${named}/snapshot`, 'POST', { open: [] })).status).toBe(404);
    }
    expect((await ask(`/api/v2/incidents/sources/${pk}/`)).status).toBe(404);
    expect((await ask(`/api/v2/incidents/sources/${pk}/`, 'PATCH', { name: 'theirs' })).status).toBe(404);
    expect((await ask(`/api/v2/auth/users/${userPk}/`)).status).toBe(404);
    expect(await (await ask('/api/v2/incidents/sources/')).json()).toEqual([]);
    expect(await (await ask('/api/v2/incidents/source-types/')).json()).toEqual([]);
    expect(await (await ask('/tocsin/v1/sources')).json()).toEqual({ items: [], cursor: null });
    const twin = { name: 'ours', kind: 'source', sourceType: 'nav' } as const;
    const theirs = await service.app.get(TokenAdministration).create({ ...other, tokenId: admin.tokenId }, twin);
    const identity = await registry().identityOf(await principalOf(theirs.token));
    expect(identity.source).toMatchObject({ name: 'ours', type: 'nav', username: 'ours' });
    expect(identity.source!.pk).not.toBe(pk);
  });

  it('has a list that pages', async () => {
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await service.request(`/tocsin/v1/sources?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { items: { pk: number }[]; cursor: string | null };
      seen.push(...page.items.map(({ pk }) => pk));
      cursor = page.cursor;
    }
    expect(seen.length).toBeGreaterThan(4);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect((await service.request('/tocsin/v1/sources?cursor=x')).status).toBe(400);
  });
});
