import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#libs/core';
import { type Principal, TokenAdministration, TokenVerifier, Transactor } from '#libs/runtime';
import { createTestService, testInstallation, type TestInstallation, type TestService } from '#libs/testing';
import { IncidentCommands } from '../commands/incident-commands.js';
import { incidentsService } from '../service.js';
import { LastSeen } from './last-seen.js';
import { Registry } from './registry.js';
import { Watch } from './watch.js';

const START = Date.parse('2026-11-20T09:00:00Z');
const DAY = 86_400_000;
const clock = new ManualClock(START);

let installation: TestInstallation;
const replicas: TestService[] = [];
let admin: Principal;

beforeAll(async () => {
  installation = await testInstallation();
  for (let n = 0; n < 2; n++) {
    replicas.push(await createTestService(incidentsService, { installation, overrides: { clock } }));
  }
  admin = (await replicas[0]!.app.get(TokenVerifier).verify(installation.adminToken))!;
}, 60_000);

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await installation?.drop();
});

interface Shown {
  pk: number;
  status: string;
  level: number;
  tags: string[];
  startTime: string;
  endTime: string | null;
}

async function warnings(tag: string): Promise<Shown[]> {
  const answer = await replicas[0]!.request(`/tocsin/v1/incidents?limit=1000&tag=${encodeURIComponent(tag)}`);
  return ((await answer.json()) as { items: Shown[] }).items;
}

async function make(
  name: string,
  more: { kind?: 'source' | 'user'; expiresAt?: string } = {},
): Promise<Principal & { token: string }> {
  const { app } = replicas[0]!;
  const made = await app.get(TokenAdministration).create(admin, { name, kind: 'source', sourceType: 'nav', ...more });
  return { ...(await app.get(TokenVerifier).verify(made.token))!, token: made.token };
}

const look = () => Promise.all(replicas.map(({ app }) => app.get(Watch).look()));
const after = (milliseconds: number): string => new Date(clock.millis() + milliseconds).toISOString();

async function beat({ tokenId }: Principal, replica = 0): Promise<void> {
  const lastSeen = replicas[replica]!.app.get(LastSeen);
  lastSeen.note(tokenId, { heartbeat: true });
  await lastSeen.flush();
}

beforeEach(() => look());

describe('a source that sends heartbeats', () => {
  it('and stops is one incident, whoever looks and however often, and is over when it is back', async () => {
    const source = await make('beating');
    const { pk } = (await replicas[0]!.app.get(Registry).identityOf(source)).source!;
    const mine = () => warnings(`source_system_id=${pk}`);
    await beat(source);
    clock.advance(70_000);
    await look();
    expect(await mine()).toEqual([]);
    const seen = after(-70_000);
    for (let n = 0; n < 3; n++) {
      clock.advance(1_000);
      await look();
    }
    expect(await mine()).toMatchObject([
      {
        status: 'open',
        level: 4,
        startTime: new Date(Date.parse(seen) + 70_000).toISOString(),
        tags: ['problem_type=missing_heartbeat', `source_system_id=${pk}`],
        source: 'argus',
        origin: 'tocsin',
      },
    ]);
    await beat(source, 1);
    const back = after(0);
    clock.advance(2_000);
    await look();
    await look();
    expect(await mine()).toMatchObject([{ status: 'closed', endTime: back }]);
    clock.advance(80_000);
    await look();
    expect((await mine()).map(({ status }) => status).sort()).toEqual(['closed', 'open']);
  }, 30_000);

  it('stays one incident when a person has closed it', async () => {
    const source = await make('closed by hand');
    const { pk } = (await replicas[0]!.app.get(Registry).identityOf(source)).source!;
    await beat(source);
    clock.advance(80_000);
    await look();
    const [open] = await warnings(`source_system_id=${pk}`);
    const person = await replicas[0]!.app.get(Registry).identityOf(admin);
    await replicas[0]!.app.get(IncidentCommands).post(person, open!.pk, { type: 'CLO' });
    for (let n = 0; n < 3; n++) await look();
    expect((await warnings(`source_system_id=${pk}`)).map(({ status }) => status)).toEqual(['closed']);
  });

  it('is seen by every call, and is not waited for without a heartbeat', async () => {
    const source = await make('calling');
    const { pk } = (await replicas[0]!.app.get(Registry).identityOf(source)).source!;
    const shown = async () => (await replicas[0]!.request(`/tocsin/v1/sources/${pk}`)).json();
    await replicas[0]!.request('/tocsin/v1/incidents', { token: source.token });
    expect(await shown()).toMatchObject({ lastSeen: after(0), heartbeatAt: null });
    clock.advance(DAY);
    await look();
    expect(await warnings(`source_system_id=${pk}`)).toEqual([]);
  });

  it('is seen by its alerts, when they were taken in', async () => {
    const { tokenId, organizationId, projectId } = await make('alerting');
    const sender = { organizationId, projectId, tokenId, name: 'alerting', type: 'nav' };
    const { app } = replicas[0]!;
    const shown = async (at: string) => {
      const [source] = await app
        .get(Transactor)
        .transact((unit) => app.get(Registry).sourcesOfAlerts(unit, [{ ...sender, at }]));
      return (await replicas[0]!.request(`/tocsin/v1/sources/${source!.pk}`)).json();
    };
    expect(await shown(after(-5_000))).toMatchObject({ lastSeen: after(-5_000), heartbeatAt: null });
    expect(await shown(after(-9_000))).toMatchObject({ lastSeen: after(-5_000) });
    expect(await shown(after(DAY))).toMatchObject({ lastSeen: after(0) });
  });

  it('may say how often it does', async () => {
    const source = await make('daily');
    const { pk } = (await replicas[0]!.app.get(Registry).identityOf(source)).source!;
    const set = (heartbeatSeconds: unknown) =>
      replicas[0]!.request(`/tocsin/v1/sources/${pk}`, { method: 'PATCH', json: { heartbeatSeconds } });
    await beat(source);
    expect((await set(86_400)).status).toBe(200);
    clock.advance(DAY);
    await look();
    expect(await warnings(`source_system_id=${pk}`)).toEqual([]);
    clock.advance(11_000);
    await look();
    expect(await warnings(`source_system_id=${pk}`)).toMatchObject([{ status: 'open' }]);
    expect((await set(0)).status).toBe(200);
    await look();
    expect(await warnings(`source_system_id=${pk}`)).toMatchObject([{ status: 'closed' }]);
    for (const wrong of [-1, 86_401, 'often', undefined]) expect((await set(wrong)).status).toBe(400);
  });
});

describe('a token that ends', () => {
  it('is one incident seven days before, which is over with another one of the source', async () => {
    const source = await make('rotating', { expiresAt: after(8 * DAY) });
    const { pk } = (await replicas[0]!.app.get(Registry).identityOf(source)).source!;
    const mine = () => warnings(`source_system_id=${pk}`);
    await look();
    expect(await mine()).toEqual([]);
    clock.advance(DAY);
    await look();
    await look();
    expect(await mine()).toMatchObject([
      {
        status: 'open',
        level: 2,
        tags: ['location=argus', 'problem_type=token_expiry', `source_system_id=${pk}`, 'object=rotating'],
      },
    ]);
    const next = await make('rotating', { expiresAt: after(90 * DAY) });
    expect((await replicas[0]!.app.get(Registry).identityOf(next)).source!.pk).toBe(pk);
    await look();
    expect(await mine()).toMatchObject([{ status: 'closed' }]);
    await replicas[0]!.app.get(TokenAdministration).revoke(admin.organizationId, next.tokenId);
    await look();
    expect((await mine()).map(({ status }) => status).sort()).toEqual(['closed', 'open']);
    await replicas[0]!.app.get(TokenAdministration).revoke(admin.organizationId, source.tokenId);
    await look();
    expect((await mine()).map(({ status }) => status)).toEqual(['closed', 'closed']);
  }, 30_000);

  it('of a person is one too, and over when it has ended', async () => {
    await make('kari', { kind: 'user', expiresAt: after(3 * DAY) });
    await look();
    expect(await warnings('object=kari')).toMatchObject([{ status: 'open', level: 2 }]);
    clock.advance(3 * DAY);
    await look();
    expect(await warnings('object=kari')).toMatchObject([{ status: 'closed' }]);
  });
});
