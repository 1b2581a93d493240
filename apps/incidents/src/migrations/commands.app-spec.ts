import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultTopics, type EventEnvelope } from '#libs/contracts';
import { ManualClock } from '#libs/core';
import { type Received } from '#libs/runtime';
import { type MigrationClass, Store, storeMigrations } from '#libs/store';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { alertsProcessor } from '../alerts.processor.js';
import { type CommandResult } from '../commands/incident-commands.js';
import { execute } from '../commands/execute.js';
import { acknowledgeTask, changeTask, deleteTask, postTask, tagTask, type Task } from '../commands/task.js';
import { type Incident } from '../incident/incident.js';
import { minute as at } from '../testing/alerts.js';
import { world } from '../testing/world.js';
import { Decisions1763600100000 } from './1763600100000-decisions.js';
import { Projections1763600200000 } from './1763600200000-projections.js';
import { migrations } from './index.js';

/** What there was before there were commands. */
const before: readonly MigrationClass[] = [...storeMigrations, Decisions1763600100000, Projections1763600200000];
const clock = new ManualClock(Date.UTC(2026, 10, 20, 10));
const source = { id: 's1', pk: 2, name: 'am', type: 'alertmanager', baseUrl: '', userPk: 4, username: 'am' };
const processor = alertsProcessor({
  topics: defaultTopics,
  clock,
  afterResolve: new Map([['down', 'up']]),
  sources: { sourcesOfAlerts: (_unit, senders) => Promise.resolve(senders.map(() => source)) },
});

let database: TestDatabase;
let store: Store;
const { organizationId, fired, resolved } = world();
const labels = [{ facet: 'open' }, { facet: 'over' }, { facet: 'bare' }];

beforeAll(async () => {
  database = await testDatabase();
  const today = await open('today', migrations);
  await decide(today, ...labels.map((own) => fired(1, { own })), resolved(1, 5, labels[1]));
  const { rows: occurrences } = await today.query<{ row: object }>('select to_json(o) as row from alert_occurrence o');
  const { rows: states } = await today.query<{ state: Incident }>('select state from incident order by pk');
  await today.close();

  const old = await open('incidents', before);
  const known = 'select * from json_populate_recordset(null::alert_occurrence, $1)';
  await old.query(`insert into alert_occurrence ${known}`, [JSON.stringify(occurrences.map(({ row }) => row))]);
  for (const { state } of states) {
    await old.query('insert into incident values ($1, $2, $3, $4, $5)', [
      state.incidentId,
      organizationId,
      state.pk,
      state.sequence,
      JSON.stringify(asWrittenThen(state)),
    ]);
  }
  await old.query(`select setval('incident_pk', 3)`);
  await old.close();
  store = await open('incidents', migrations);
}, 60_000);

afterAll(async () => {
  await store?.close();
  await database?.drop();
});

async function open(schema: string, list: readonly MigrationClass[]): Promise<Store> {
  const opened = await Store.open({ url: database.url, schema, migrations: list, applicationName: 'spec' });
  await opened.migrate();
  return opened;
}

/** A state of the first version: the opening event's payload, and how it ended. Tags were texts. */
function asWrittenThen({ source: { id, name, type }, tags, pk, ...state }: Incident): object {
  const { incidentId, sequence, stateful, startTime, endTime, closeReason, origin, level, description } = state;
  const { sourceIncidentId, detailsUrl, ticketUrl } = state;
  const texts = pk === 3 ? [] : tags.map(({ tag }) => tag);
  const named = { incidentId, pk, sequence, stateful, startTime, origin, level, description, tags: texts };
  const ended = endTime === undefined ? {} : { endTime, closeReason };
  return { ...named, source: { id, name, type }, sourceIncidentId, detailsUrl, ticketUrl, ...ended };
}

async function decide(on: Store, ...batch: Received[]): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  await on.transaction((tx) => processor.apply(batch, { tx, emit: (event) => events.push(event) }));
  return events.filter(({ name }) => name.startsWith('Incident'));
}

async function command(task: Task): Promise<CommandResult> {
  return store.transaction(
    async (tx) => (await execute([task], { tx, emit: () => {} }, () => clock.now())).results[0]!,
  );
}

const jane = {
  organizationId,
  projectId: 'p1',
  by: { userPk: 7, username: 'jane', kind: 'person' },
  superuser: true,
} as const;

describe('incidents from before there were commands', () => {
  it('have what commands look at', async () => {
    const { rows } = await store.query<{ state: Incident }>('select state from incident order by pk');
    expect(rows[0]!.state).toMatchObject({ acks: [], recent: [], metadata: {}, latest: at(1), openedAt: at(1) });
    expect(rows[0]!.state.tags).toContainEqual({ tag: 'severity=critical', addedBy: null, addedTime: at(1) });
    expect(rows[1]!.state).toMatchObject({ endTime: at(5), closeReason: 'resolved', updatedAt: at(5) });
    expect(rows[2]!.state.tags).toEqual([]);
  });

  it('take every command', async () => {
    const said = { type: 'OTH', description: 'looked' } as const;
    const tasks = [
      acknowledgeTask(jane, 1, { description: 'on it' }),
      changeTask(jane, 1, { level: 4, tags: ['team=net'] }),
      tagTask(jane, 1, 'addTag', 'a=b'),
      postTask(jane, 1, said),
      postTask(jane, 2, { type: 'REO' }),
    ];
    const results = [];
    for (const task of tasks) results.push(await command(task));
    expect(results.map(({ refusal }) => refusal)).toEqual(tasks.map(() => undefined));
    expect(results.at(3)).toMatchObject({ incident: { acked: true, level: 4, sequence: 6, open: true } });
    expect(results.at(4)).toMatchObject({ incident: { pk: 2, open: true, sequence: 3 } });
  });

  it('are closed by their alerts, and opened anew', async () => {
    const [closed] = await decide(store, resolved(1, 70, labels[0]));
    expect(closed).toMatchObject({ name: 'IncidentClosed', payload: { pk: 1, sequence: 7, endTime: at(70) } });
    const [opened] = await decide(store, fired(80, { own: labels[0]! }));
    expect(opened).toMatchObject({ name: 'IncidentOpened', payload: { pk: 4, sequence: 1 } });
  });

  it('may be deleted; their alerts do nothing to them then', async () => {
    expect((await command(deleteTask(jane, 3, undefined))).refusal).toBeUndefined();
    expect(await decide(store, resolved(1, 90, labels[2]))).toEqual([]);
  });
});
