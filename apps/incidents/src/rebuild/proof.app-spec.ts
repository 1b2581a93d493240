import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Clock } from '#libs/core';
import { moveCheckpoint, Store, type StoreTx } from '#libs/store';
import {
  createTestService,
  testDatabase,
  type TestDatabase,
  testInstallation,
  type TestInstallation,
  type TestService,
  until,
} from '#libs/testing';
import { migrations } from '../migrations/index.js';
import { incidentsReadModel } from '../projections/incidents/incidents.read-model.js';
import { type EventReadModel } from '../projections/read-model.js';
import { incidentsService } from '../service.js';
import { firstTenantOf, publishAlerts, settled } from '../testing/alerts.js';
import { received } from '../testing/incident-events.js';
import { comparisonOf, listDifferences } from './differences.js';
import { type Generations, processorName, tablesOf } from './generation.js';
import { allGenerations, generationsOf, lockGenerations, startAfresh, startBuilding } from './registry.js';
import { type Outcome, trySwitch } from './switch.js';

const clock = { now: () => '2026-11-20T12:00:00.000Z' } as Clock;
const ORGANIZATION = '11111111-1111-4111-8111-111111111111';
const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

describe('two generations', () => {
  let database: TestDatabase;
  let store: Store;

  beforeAll(async () => {
    database = await testDatabase();
    const schema = { schema: 'incidents', migrations, applicationName: 'spec' };
    store = await Store.open({ url: database.url, ...schema });
    await store.migrate();
  }, 60_000);

  afterAll(async () => {
    await store?.close();
    await database?.drop();
  });

  /** As the live generation has it: 30 incidents, every third one closed. */
  const history = Array.from({ length: 30 }, (_, n) =>
    received(ORGANIZATION, idOf(n), n + 1, n % 3 === 0 ? 2 : 1),
  ).flat();

  const partitions = [{ partition: 0, low: 0, high: history.length }];
  const logNow = () => Promise.resolve({ topic: 'events', topicId: 't', partitions });

  beforeEach(async () => {
    const model = incidentsReadModel;
    await store.transaction(async (tx) => {
      await lockGenerations(tx);
      await startAfresh(tx, model, (await allGenerations(tx)).get(model.name));
    });
    await fill(model, (await generations()).active);
  });

  const generations = async (): Promise<Generations> => (await allGenerations(store)).get('incidents')!;

  async function fill(model: EventReadModel, generation: number): Promise<void> {
    await store.transaction(async (tx: StoreTx) => {
      await model.apply(history, tx, tablesOf(generation), false);
      const id = { processor: processorName(model, generation), topic: 'events', topicId: 't', partition: 0 };
      await moveCheckpoint(tx, id, undefined, history.length);
    });
  }

  async function build(model: EventReadModel, mode: 'checked' | 'forced' = 'checked'): Promise<void> {
    await store.transaction(async (tx) =>
      startBuilding(tx, model, (await generationsOf(tx, model.name))!, clock.now(), mode),
    );
    await fill(model, (await generations()).building!);
  }

  async function outcome(model: EventReadModel): Promise<Outcome> {
    let seen: Outcome = 'waiting';
    await until(async () => (seen = await trySwitch(store, model, clock, logNow)) !== 'waiting', {
      what: 'an outcome',
    });
    return seen;
  }

  /** A fold that forgets what closes. */
  const faulty: EventReadModel = {
    ...incidentsReadModel,
    apply: (batch, tx, tableOf, isLive) =>
      incidentsReadModel.apply(
        batch.filter(({ event }) => event.name !== 'IncidentClosed'),
        tx,
        tableOf,
        isLive,
      ),
  };

  it('that are the same are switched, and compared whole', async () => {
    const { active } = await generations();
    await build(incidentsReadModel);
    expect(await outcome(incidentsReadModel)).toBe('switched');
    expect(await comparisonOf(store, 'incidents')).toMatchObject({ total: 30, differing: 0, finishedAt: clock.now() });
    expect(await generations()).toMatchObject({ active: active + 1, previous: active, building: null, held: false });
  });

  it('tell a projector that is wrong: each incident with what differs and both hashes; nothing is switched', async () => {
    const { active } = await generations();
    await build(faulty);
    expect(await outcome(faulty)).toBe('held');
    expect(await generations()).toMatchObject({ active, building: active + 1, held: true });
    const found = await listDifferences(store, 'incidents', ORGANIZATION, undefined, 100);
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => idOf(n * 3)));
    expect(found[0]).toMatchObject({
      kind: 'changed',
      liveHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      builtHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      fields: {
        'view_incident.sequence': { live: 2, built: 1 },
        view_timeline: { live: '2 rows', built: '1 rows' },
      },
    });
    expect(found[0]!.liveHash).not.toBe(found[0]!.builtHash);
    expect(await trySwitch(store, faulty, clock, logNow)).toBe('waiting');
  });

  it('that differ are switched by force, with the report', async () => {
    const { active } = await generations();
    await build(faulty, 'forced');
    expect(await outcome(faulty)).toBe('switched');
    expect(await comparisonOf(store, 'incidents')).toMatchObject({ differing: 10 });
    expect(await generations()).toMatchObject({ active: active + 1, previous: active });
  });

  it('of two versions may differ, and it is told', async () => {
    const next = { ...faulty, version: faulty.version + 1 };
    await build(next);
    expect(await outcome(next)).toBe('switched');
    expect(await comparisonOf(store, 'incidents')).toMatchObject({ differing: 10, builtVersion: next.version });
  });

  it('are compared again where one was written to meanwhile, and told by kind', async () => {
    await build(incidentsReadModel);
    await trySwitchUntilWalked();
    const { active, building } = await generations();
    await store.query(`update view_incident_g${active} set description = 'by hand' where id = $1`, [idOf(4)]);
    await store.query(`delete from view_incident_g${building} where id = $1`, [idOf(5)]);
    await store.query(`delete from view_timeline_g${building} where id = $1`, [idOf(5)]);
    expect(await outcome(incidentsReadModel)).toBe('held');
    const found = await listDifferences(store, 'incidents', ORGANIZATION, undefined, 100);
    expect(found.map(({ id, kind }) => ({ id, kind }))).toEqual([
      { id: idOf(4), kind: 'changed' },
      { id: idOf(5), kind: 'missing' },
    ]);
    expect(found[0]!.fields).toMatchObject({ 'view_incident.description': { live: 'by hand' } });
  });

  it('of many incidents are compared by digests, and the one that differs is found', async () => {
    const { active } = await generations();
    const many = Array.from({ length: 2_500 }, (_, n) => received(ORGANIZATION, idOf(1_000 + n), 1_000 + n, 2)).flat();
    const add = (generation: number): Promise<void> =>
      store.transaction((tx) => incidentsReadModel.apply(many, tx, tablesOf(generation), false));
    await add(active);
    await build(incidentsReadModel);
    const building = (await generations()).building!;
    await add(building);
    await store.query(
      `update view_timeline_g${building} set document = document || ' ' where id = $1 and sequence = 1`,
      [idOf(3_210)],
    );
    expect(await outcome(incidentsReadModel)).toBe('held');
    expect(await comparisonOf(store, 'incidents')).toMatchObject({ total: 2_530, compared: 2_530, differing: 1 });
    const found = await listDifferences(store, 'incidents', ORGANIZATION, undefined, 100);
    expect(found.map(({ id, kind }) => ({ id, kind }))).toEqual([{ id: idOf(3_210), kind: 'changed' }]);
    await store.query(`update view_timeline_g${building} set document = rtrim(document) where id = $1`, [idOf(3_210)]);
    await build(incidentsReadModel);
    await add((await generations()).building!);
    expect(await outcome(incidentsReadModel)).toBe('switched');
    expect(await comparisonOf(store, 'incidents')).toMatchObject({ total: 2_530, compared: 2_530, differing: 0 });
  });

  it('of many incidents that all differ are compared one by one', async () => {
    const { active } = await generations();
    await build(incidentsReadModel);
    const building = (await generations()).building!;
    const many = Array.from({ length: 2_500 }, (_, n) => received(ORGANIZATION, idOf(1_000 + n), 1_000 + n, 1)).flat();
    await store.transaction((tx) => incidentsReadModel.apply(many, tx, tablesOf(active), false));
    expect(await outcome(incidentsReadModel)).toBe('held');
    expect(await comparisonOf(store, 'incidents')).toMatchObject({ built: building, total: 2_530, differing: 2_500 });
  });

  /** Up to the point where only the switch is left, which somebody else holds up. */
  async function trySwitchUntilWalked(): Promise<void> {
    await store.transaction(async (tx) => {
      await lockGenerations(tx);
      const walked = async (): Promise<boolean> => {
        await trySwitch(store, incidentsReadModel, clock, logNow);
        const { rows } = await store.query<{ walked: boolean }>('select walked from projection_comparison');
        return rows[0]?.walked === true;
      };
      await until(walked, { what: 'all to be compared once' });
    });
  }
});

describe('a read model that drifted', () => {
  let installation: TestInstallation;
  let service: TestService;

  beforeAll(async () => {
    installation = await testInstallation();
    service = await createTestService(incidentsService, { installation });
    const alerts = Array.from({ length: 20 }, (_, n) => ({ start: n, labels: { alertname: `A${n}` } }));
    await publishAlerts(service, await firstTenantOf(service), alerts);
    await settled(service);
    await until(async () => (await list()).includes('"pk":20,'), {
      timeout: 30_000,
      what: 'all incidents in the list',
    });
  }, 90_000);

  afterAll(async () => {
    await service?.stop();
    await installation?.drop();
  });

  type State = { name: string; state: string; generation: number; previous: number | null; held: boolean };

  async function state(): Promise<State> {
    const { items } = (await (await service.request('/tocsin/v1/projections')).json()) as { items: State[] };
    return items.find(({ name }) => name === 'incidents')!;
  }

  const post = (what: string): Promise<Response> =>
    service.request(`/tocsin/v1/projections/incidents/${what}`, { method: 'POST' });
  const list = async (): Promise<string> => (await service.request('/tocsin/v1/incidents?limit=1000')).text();

  async function told(): Promise<Record<string, unknown>> {
    const text = await (await service.request('/tocsin/v1/projections/incidents/progress')).text();
    return JSON.parse([...text.matchAll(/^data: (.*)$/gm)].at(-1)![1]!) as Record<string, unknown>;
  }

  it('is not replaced in silence; forced, it is; and it can be switched back', async () => {
    const before = await list();
    const { generation } = await state();
    await service.store!.query(`update view_incident_g${generation} set description = 'drifted' where pk = 7`);
    const drifted = await list();
    expect(drifted).not.toBe(before);

    expect((await post('rebuild')).status).toBe(202);
    await until(async () => (await state()).held, { timeout: 30_000, what: 'the rebuild to be held' });
    expect(await told()).toMatchObject({ state: 'live', held: true, differences: 1, comparable: 20 });
    expect(await list()).toBe(drifted);
    const report = (await (await service.request('/tocsin/v1/projections/incidents/differences')).json()) as {
      items: { fields: object }[];
    };
    expect(report).toMatchObject({ cursor: null, comparison: { generation, built: generation + 1, differing: 1 } });
    expect(report.items.map(({ fields }) => fields)).toEqual([
      { 'view_incident.description': { live: 'drifted', built: expect.any(String) } },
    ]);

    expect((await post('rebuild?force=true')).status).toBe(202);
    await until(async () => (await state()).generation === generation + 1, { timeout: 30_000, what: 'the switch' });
    expect(await list()).toBe(before);
    expect(await state()).toMatchObject({ state: 'live', previous: generation, held: false });

    expect((await post('switch-back')).status).toBe(202);
    await until(async () => (await state()).generation === generation, { timeout: 30_000, what: 'the switch back' });
    expect(await list()).toBe(drifted);
    expect((await post('switch-back')).status).toBe(202);
    await until(async () => (await state()).generation === generation + 1, { timeout: 30_000, what: 'the way forth' });
    expect(await list()).toBe(before);
  }, 120_000);

  it('is switched back only where there is something to switch to', async () => {
    const answer = await service.request('/tocsin/v1/projections/services/switch-back', { method: 'POST' });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ detail: 'services: no earlier generation is kept' });
    expect((await service.request('/tocsin/v1/projections/nothing/switch-back', { method: 'POST' })).status).toBe(404);
    expect((await post('rebuild?force=perhaps')).status).toBe(400);
    expect((await service.request('/tocsin/v1/projections/services/differences?cursor=x')).status).toBe(400);
  });
});
