import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createTestService,
  freePort,
  testInstallation,
  type TestInstallation,
  type TestService,
  until,
} from '#libs/testing';
import { incidentsService } from '../service.js';
import { firstTenantOf, publishAlerts, settled } from '../testing/alerts.js';

const PROGRAM = path.join(process.cwd(), 'dist/apps/incidents/src/main.js');
const PATHS = ['/tocsin/v1/incidents?limit=1000', '/tocsin/v1/services/INS/history?limit=1000'];

let installation: TestInstallation;
let before: string[];
let child: ChildProcess | undefined;

beforeAll(async () => {
  installation = await testInstallation();
  const service: TestService = await createTestService(incidentsService, { installation });
  const alerts = Array.from({ length: 300 }, (_, n) => ({
    start: n % 50,
    labels: { alertname: `A${n}`, platform: `p${n % 5}` },
  }));
  await publishAlerts(service, await firstTenantOf(service), alerts);
  await settled(service);
  const list = async () => ((await (await service.request(PATHS[0]!)).json()) as { items: { pk: number }[] }).items;
  await until(async () => (await list()).length === alerts.length, { timeout: 60_000, what: 'all incidents' });
  await settled(service);
  PATHS.push(`/tocsin/v1/incidents/${(await list())[0]!.pk}/timeline`);
  before = await Promise.all(PATHS.map(async (each) => (await service.request(each)).text()));
  await service.stop();
}, 90_000);

afterAll(async () => {
  child?.kill('SIGKILL');
  await installation?.drop();
});

/** Starts the service as a process of its own; it ends as by `kill -9` at the crash point. */
async function start(
  crashpoint?: string,
  { hasToBeReady = true } = {},
): Promise<{ url: string; exited: Promise<unknown> }> {
  const port = await freePort();
  const environment = { ...process.env, ...installation.environment, SERVICE_PORT: String(port) };
  child = spawn(process.execPath, [PROGRAM], {
    env: crashpoint === undefined ? environment : { ...environment, CRASHPOINT: crashpoint },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  if (!hasToBeReady) return { url, exited };
  await until(
    async () => (await fetch(`${url}/health/ready`)).ok || child?.exitCode !== null || child?.signalCode !== null,
    {
      timeout: 30_000,
      what: 'the service to be ready',
    },
  );
  return { url, exited };
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${installation.adminToken}` } });
  return { status: answer.status, text: await answer.text() };
}

type State = { name: string; state: string; generation: number };

async function incidentsState(url: string): Promise<State> {
  const { items } = JSON.parse((await get(`${url}/tocsin/v1/projections`)).text) as { items: State[] };
  return items.find(({ name }) => name === 'incidents')!;
}

async function rebuild(url: string): Promise<number> {
  const headers = { authorization: `Bearer ${installation.adminToken}` };
  return (await fetch(`${url}/tocsin/v1/projections/incidents/rebuild`, { method: 'POST', headers })).status;
}

describe('a rebuild that is killed', () => {
  it.each(['rebuild.building:3', 'rebuild.comparing', 'rebuild.in-switch', 'rebuild.after-switch'])(
    'at %s goes on where it was, and ends with the same answers',
    async (point) => {
      const doomed = await start(point);
      const { generation } = await incidentsState(doomed.url);
      expect(await rebuild(doomed.url)).toBe(202);
      expect(await doomed.exited).toEqual([null, 'SIGKILL']);
      const { url } = await start();
      expect((await Promise.all(PATHS.map((each) => get(url + each)))).map(({ status }) => status)).toEqual([
        200, 200, 200,
      ]);
      await until(async () => (await incidentsState(url)).state === 'live', {
        timeout: 30_000,
        what: 'the rebuild to end',
      });
      expect((await incidentsState(url)).generation).toBe(generation + 1);
      expect((await Promise.all(PATHS.map((each) => get(url + each)))).map(({ text }) => text)).toEqual(before);
      child?.kill('SIGKILL');
    },
    90_000,
  );

  it('five times, at the switch too, ends right', async () => {
    const doomed = await start('rebuild.building:2');
    const { generation } = await incidentsState(doomed.url);
    expect(await rebuild(doomed.url)).toBe(202);
    expect(await doomed.exited).toEqual([null, 'SIGKILL']);
    for (const point of ['rebuild.comparing', 'rebuild.before-switch', 'rebuild.in-switch', 'rebuild.after-switch']) {
      expect(await (await start(point, { hasToBeReady: false })).exited).toEqual([null, 'SIGKILL']);
    }
    const { url } = await start();
    await until(async () => (await incidentsState(url)).state === 'live', {
      timeout: 30_000,
      what: 'the rebuild to end',
    });
    expect(await incidentsState(url)).toMatchObject({
      generation: generation + 1,
      building: null,
      previous: generation,
    });
    expect((await Promise.all(PATHS.map((each) => get(url + each)))).map(({ text }) => text)).toEqual(before);
    child?.kill('SIGKILL');
  }, 300_000);
});
