import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord, type EventEnvelope } from '#libs/contracts';
import { KafkaConnection, KafkaEventLog } from '#libs/event-stream';
import { TokenAdministration } from '#libs/runtime';
import { createTestService, freePort, testInstallation, type TestInstallation, until } from '#libs/testing';
import { incidentsService } from '../service.js';
import { firstTenantOf } from '../testing/alerts.js';

const PROGRAM = path.join(process.cwd(), 'dist/apps/incidents/src/main.js');
/** Incidents that are posted, and how many at once. */
const COUNT = 60;
const LANES = 6;
const PATIENCE = 30_000;

let installation: TestInstallation;
let token: string;
let log: KafkaEventLog;
let child: ChildProcess | undefined;
let runs = 0;

beforeAll(async () => {
  installation = await testInstallation();
  const service = await createTestService(incidentsService, { installation });
  const { organizationId, projectId } = await firstTenantOf(service);
  const maker = { organizationId, projectId, tokenId: '00000000-0000-7000-8000-000000000000' };
  const request = { name: 'nav1', kind: 'source' as const, sourceType: 'nav' };
  ({ token } = await service.app.get(TokenAdministration).create(maker, request));
  await service.stop();
  const brokers = installation.environment['KAFKA_BROKERS']!.split(',');
  log = new KafkaEventLog(new KafkaConnection({ clientId: 'spec', brokers }));
}, 90_000);

afterAll(async () => {
  child?.kill('SIGKILL');
  await log?.close();
  await installation?.drop();
});

/** Starts the service as a process of its own. It answers, whether or not there is a broker. */
async function start(own: Record<string, string> = {}): Promise<{ url: string; exited: Promise<unknown> }> {
  const port = await freePort();
  const environment = { ...process.env, ...installation.environment, SERVICE_PORT: String(port), ...own };
  child = spawn(process.execPath, [PROGRAM], { env: environment, stdio: 'ignore' });
  const started = child;
  const exited = once(started, 'exit');
  const url = `http://127.0.0.1:${port}/api/v2/incidents/`;
  const answers = async (): Promise<boolean> => {
    if (started.exitCode !== null || started.signalCode !== null) return true;
    return (await fetch(`${url}mine/`, { headers: headers() }).catch(() => undefined))?.ok === true;
  };
  await until(answers, { timeout: PATIENCE, what: 'the service to answer' });
  return { url, exited };
}

async function kill(exited: Promise<unknown>): Promise<void> {
  child?.kill('SIGKILL');
  await exited;
}

function headers(): Record<string, string> {
  return { authorization: `Token ${token}`, 'content-type': 'application/json' };
}

function post(url: string, id: string): Promise<Response | undefined> {
  const start_time = '2026-11-20T09:38:13.321456Z';
  const body = JSON.stringify({ source_incident_id: id, start_time, description: id, tags: [{ tag: 'host=sw1' }] });
  return fetch(url, { method: 'POST', headers: headers(), body }).catch(() => undefined);
}

/** Posts incidents, some at once; answers those that were answered with 201. */
async function load(url: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const answered = new Set<string>();
  const waiting = [...ids];
  const lane = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const answer = await post(url, id);
      const body = await answer?.text().catch(() => undefined);
      if (answer?.status === 201 && body !== undefined) answered.add(id);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return answered;
}

/** The ids of the source of `ids` that the API shows, as often as it shows them. */
async function shown(url: string, ids: readonly string[]): Promise<string[]> {
  const answer = await fetch(`${url}mine/?page_size=10000`, { headers: headers() });
  const { results } = (await answer.json()) as { results: { source_incident_id: string }[] };
  return results.map(({ source_incident_id }) => source_incident_id).filter((id) => ids.includes(id));
}

/** Events of incidents by the source's id, each event once, in the order of the log. */
async function logged(ids: readonly string[]): Promise<ReadonlyMap<string, readonly EventEnvelope[]>> {
  const topic = installation.environment['EVENTS_TOPIC']!;
  const end = new Map((await log.topic(topic))!.partitions.map(({ partition, high }) => [partition, high]));
  const events = new Map<string, EventEnvelope>();
  for await (const records of log.read({ topic, until: end })) {
    for (const record of records) {
      const decoded = decodeRecord(record, { organizationId: '', projectId: '' });
      if (decoded.kind === 'event') events.set(decoded.event.metadata.id, decoded.event);
    }
  }
  const bySource = new Map<string, EventEnvelope[]>();
  for (const event of events.values()) {
    const { sourceIncidentId } = event.payload as { sourceIncidentId?: string };
    if (sourceIncidentId === undefined || !ids.includes(sourceIncidentId)) continue;
    bySource.set(sourceIncidentId, [...(bySource.get(sourceIncidentId) ?? []), event]);
  }
  return bySource;
}

function newIds(): readonly string[] {
  runs += 1;
  return Array.from({ length: COUNT }, (_, n) => `run ${runs} incident ${n}`);
}

const sorted = (ids: Iterable<string>): string[] => [...ids].sort();

describe('incidents killed at a crash point', () => {
  it.each([
    'incidents.command.before-transaction:4',
    'incidents.command.after-state:4',
    'incidents.command.before-commit:4',
    'incidents.command.after-commit:4',
    'relay.before-publish:2',
    'relay.after-publish:2',
    'processor.before-transaction:2',
    'processor.before-commit:2',
    'processor.after-commit:2',
  ])(
    '%s have every command that was answered, and every other one once or not at all',
    async (point) => {
      const ids = newIds();
      const doomed = await start({ CRASHPOINT: point });
      const answered = await load(doomed.url, ids);
      expect(await doomed.exited).toEqual([null, 'SIGKILL']);

      const { url, exited } = await start();
      const there = await shown(url, ids);
      expect(there).toHaveLength(new Set(there).size);
      expect(there).toEqual(expect.arrayContaining([...answered]));
      // Whoever got no answer asks again: what was done is told to be there, the rest is done now.
      const rest = ids.filter((id) => !answered.has(id));
      const again = await Promise.all(rest.map(async (id) => [id, (await post(url, id))!.status] as const));
      expect(again.every(([id, status]) => status === (there.includes(id) ? 400 : 201))).toBe(true);
      expect(sorted(await shown(url, ids))).toEqual(sorted(ids));
      const all = async (): Promise<boolean> => (await logged(ids)).size === ids.length;
      await until(all, { timeout: PATIENCE, interval: 200, what: 'all of it on the log' });
      const counts = [...(await logged(ids)).values()].map((events) => events.length);
      expect(new Set(counts)).toEqual(new Set([1]));
      await kill(exited);
    },
    120_000,
  );
});

describe('without a broker', () => {
  it('commands are answered and shown, and come on the log later, whatever was killed meanwhile', async () => {
    const ids = newIds();
    const alone = await start({ KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    expect((await load(alone.url, ids)).size).toBe(COUNT);
    expect(sorted(await shown(alone.url, ids))).toEqual(sorted(ids));
    await kill(alone.exited);
    expect((await logged(ids)).size).toBe(0);
    const { url, exited } = await start();
    expect(sorted(await shown(url, ids))).toEqual(sorted(ids));
    const all = async (): Promise<boolean> => (await logged(ids)).size === COUNT;
    await until(all, { timeout: PATIENCE, interval: 200, what: 'all of it on the log' });
    await kill(exited);
  }, 120_000);
});
