import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventEnvelope } from '#libs/contracts';
import { CountingIds, ManualClock } from '#libs/core';
import { Stopping, Transactor, type UnitOfWork } from '#libs/runtime';
import { CommitUnknown, Store } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { migrations } from '../migrations/index.js';
import { findIncidents } from '../projections/incidents/incidents.query.js';
import { incidentsReadModel } from '../projections/incidents/incidents.read-model.js';
import { startAfresh } from '../rebuild/registry.js';
import { type Caller, type Done, type OpenIncident } from './incident-commands.js';
import { StoredIncidentCommands } from './stored-incident-commands.js';

const ORGANIZATION = '11111111-1111-4111-8111-111111111111';
const clock = new ManualClock(Date.UTC(2026, 10, 20, 10));
const nav: Caller = {
  organizationId: ORGANIZATION,
  projectId: 'p1',
  by: { userPk: 4, username: 'nav1', kind: 'source' },
  superuser: false,
};

let database: TestDatabase;
let store: Store;
let ids = 0;
const newIds = new CountingIds();

beforeAll(async () => {
  database = await testDatabase();
  store = await Store.open({ url: database.url, schema: 'incidents', migrations, applicationName: 'spec' });
  await store.migrate();
  await store.transaction((tx) => startAfresh(tx, incidentsReadModel, undefined));
}, 60_000);
afterAll(async () => {
  await store?.close();
  await database?.drop();
});

/** Loses the answer to its first COMMIT, which the database has done, or never got. */
class LosingTransactor extends Transactor {
  tries = 0;
  readonly events: EventEnvelope[] = [];

  constructor(private readonly done: boolean) {
    super();
  }

  async transact<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    this.tries += 1;
    const lost = this.tries === 1;
    const emitted: EventEnvelope[] = [];
    const result = await store.transaction(async (tx) => {
      const worked = await work({ tx, emit: (event) => emitted.push(event) });
      if (lost && !this.done) throw new CommitUnknown('never arrived');
      return worked;
    });
    this.events.push(...emitted);
    if (lost) throw new CommitUnknown('the answer was lost');
    return result;
  }
}

const opening = (): OpenIncident => ({
  source: { id: 's1', pk: 2, name: 'nav1', type: 'nav' },
  startTime: '2026-11-20T09:00:00.000Z',
  sourceIncidentId: `id ${++ids}`,
  tags: [],
});

describe.each([
  ['was done', true, 1],
  ['was not done', false, 2],
] as const)('commands whose COMMIT was not answered and %s', (_, done, tries) => {
  it('are done once, and answered', async () => {
    const transactor = new LosingTransactor(done);
    const commands = new StoredIncidentCommands(
      store,
      transactor,
      clock,
      newIds,
      new Stopping(new AbortController().signal),
    );
    const before = await findIncidents(store, ORGANIZATION, { now: clock.now() }, { order: 'asc', limit: 100 });
    const incidents = [opening(), opening()];
    const results = (await Promise.all(incidents.map((one) => commands.open(nav, one)))) as Done[];
    expect(results.map(({ incident }) => incident.sourceIncidentId)).toEqual(
      incidents.map(({ sourceIncidentId }) => sourceIncidentId),
    );
    const after = await findIncidents(store, ORGANIZATION, { now: clock.now() }, { order: 'asc', limit: 100 });
    expect(after).toHaveLength(before.length + 2);
    expect(transactor.tries).toBe(tries);
    expect(transactor.events).toHaveLength(2);
  });
});
