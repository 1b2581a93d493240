import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TokenAdministration, TokenVerifier } from '#libs/runtime';
import { createTestService, type TestService } from '#libs/testing';
import { incidentsService } from '../../incidents/src/service.js';
import { ArgusClient } from './client.js';
import { Glue } from './glue.js';
import { type Incident } from './wire.js';

const minute = (at: number): string => new Date(Date.now() - 3_600_000 + at * 60_000).toISOString();

describe('the glue kit and Tocsin', () => {
  let service: TestService;
  let token: string;
  let folder: string;
  const options = () => ({ url: service.url, token, folder, backoff: { firstMs: 1, mostMs: 10 } });
  const mine = async (filters = {}): Promise<Incident[]> => {
    const found: Incident[] = [];
    for await (const incident of new ArgusClient(options()).mine(filters)) found.push(incident);
    return found;
  };

  beforeAll(async () => {
    service = await createTestService(incidentsService);
    const admin = (await service.app.get(TokenVerifier).verify(service.installation.adminToken))!;
    const source = { name: 'glue', kind: 'source', sourceType: 'glue', baseUrl: 'https://nms.example.org/' } as const;
    token = (await service.app.get(TokenAdministration).create(admin, source)).token;
  }, 60_000);
  afterAll(() => service?.stop());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'glue-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lets one incident live through it all', async () => {
    const glue = await Glue.open(options());
    glue.start();
    await glue.report({
      id: 'a',
      startTime: minute(1),
      description: 'down',
      tags: { host: 'sw1' },
      detailsUrl: '/e/1',
    });
    await glue.note('a', minute(2), 'on battery');
    await glue.change('a', { level: 1, tags: { host: ['sw1', 'sw2'] } });
    await glue.resolve('a', minute(3), 'up');
    await glue.resolve('a', minute(4), 'up');
    await glue.report({ id: 'a', startTime: minute(5), description: 'down again' });
    await glue.resolve('a', minute(6), 'up again');
    await glue.whenIdle();
    expect(await glue.refused()).toEqual([]);
    await glue.stop();
    const [incident] = await mine({ source_incident_id: 'a' });
    expect(incident).toMatchObject({ open: false, level: 1, details_url: 'https://nms.example.org/e/1' });
    expect(incident!.tags.map(({ tag }) => tag).sort()).toEqual(['host=sw1', 'host=sw2']);
    const types = (await new ArgusClient(options()).events(incident!.pk)).map(({ type }) => type.value);
    expect(types.filter((type) => type !== 'CHI').sort()).toEqual(['END', 'END', 'OTH', 'RES', 'STA']);
  });

  it('does each thing once when every other answer is lost, over a restart', async () => {
    let requests = 0;
    const lossy: typeof fetch = async (...args) => {
      const answer = await fetch(...args);
      if (requests++ % 2 === 0) throw new TypeError('the connection is gone');
      return answer;
    };
    const before = await Glue.open({ ...options(), fetch: lossy });
    before.start();
    for (let at = 0; at < 20; at++) await before.report({ id: `b${at}`, startTime: minute(at), description: 'x' });
    for (let at = 0; at < 20; at += 2) await before.resolve(`b${at}`, minute(at + 1));
    await before.stop({ drainMs: 0 });
    const after = await Glue.open(options());
    after.start();
    await after.whenIdle();
    await after.stop();
    const ours = (await mine()).filter(({ source_incident_id }) => source_incident_id.startsWith('b'));
    expect(ours).toHaveLength(20);
    expect(ours.filter(({ open }) => open)).toHaveLength(10);
  });

  it('has what is open here open there, by one snapshot', async () => {
    const report = (id: string) => ({ id, startTime: minute(30), description: id });
    const glue = await Glue.open(options());
    glue.start();
    for (const id of ['c1', 'c2']) await glue.report(report(id));
    await glue.synchronise([report('c2'), report('c3')], new Date());
    await glue.whenIdle();
    await glue.stop();
    expect((await mine({ open: true })).map(({ source_incident_id }) => source_incident_id).sort()).toEqual([
      'c2',
      'c3',
    ]);
  });
});
