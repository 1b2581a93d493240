import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { ArgusClient } from './client.js';
import { Glue, type GlueOptions } from './glue.js';
import { type Fault, FakeArgus } from './testing/fake-argus.js';

const T0 = '2026-11-20T10:00:00Z';
const T1 = '2026-11-20T10:05:00Z';
const T2 = '2026-11-20T10:10:00Z';
const problem = (id: string, startTime = T0) => ({ id, startTime, description: `${id} is down` });

describe('the glue', () => {
  let folder: string;
  let argus: FakeArgus;
  const open = (more: Partial<GlueOptions> = {}): Promise<Glue> =>
    Glue.open({
      url: 'http://argus',
      token: 't',
      folder,
      fetch: argus.fetch,
      heartbeatMs: 0,
      backoff: { firstMs: 1, mostMs: 2 },
      ...more,
    });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'glue-'));
    argus = new FakeArgus();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('opens, changes, notes and closes, in order', async () => {
    const glue = await open();
    glue.start();
    await glue.report(problem('a'));
    await glue.change('a', { level: 1 });
    await glue.note('a', T1, 'seen');
    await glue.resolve('a', T2, 'up again');
    await glue.whenIdle();
    expect(await glue.stop()).toBe(0);
    const { incident, events } = argus.one('a');
    expect(incident).toMatchObject({ level: 1, open: false, end_time: T2 });
    expect(events.map(({ type }) => type)).toEqual(['STA', 'OTH', 'END']);
  });

  it('sends after a restart what it could not send before', async () => {
    argus.fault = () => 'no-connection';
    const before = await open();
    before.start();
    for (const id of ['a', 'b', 'c']) await before.report(problem(id));
    expect(await before.stop({ drainMs: 0 })).toBe(3);
    argus.fault = () => undefined;
    const after = await open();
    expect(after.left).toBe(3);
    after.start();
    await after.whenIdle();
    await after.stop();
    expect(argus.kept.map(({ incident }) => incident.source_incident_id)).toEqual(['a', 'b', 'c']);
  });

  it('has each effect once when answers are lost', async () => {
    let requests = 0;
    argus.fault = (request) => (request.startsWith('POST') && requests++ % 2 === 0 ? 'lost-answer' : undefined);
    const glue = await open();
    glue.start();
    await glue.report(problem('a'));
    await glue.note('a', T1, 'seen');
    await glue.resolve('a', T2);
    await glue.whenIdle();
    await glue.stop();
    expect(argus.one('a').events.map(({ type }) => type)).toEqual(['STA', 'OTH', 'END']);
  });

  it('knows after a crash a note that was sent and not struck off', async () => {
    const before = await open();
    await before.report(problem('a'));
    await before.note('a', T1, 'seen');
    await before.stop();
    const crashed = await open({ fetch: argus.fetch });
    const troubled = new Promise<void>((resolve) => {
      argus.fault = (request) => {
        if (!request.startsWith('POST') || !request.endsWith('events/')) return undefined;
        resolve();
        return 'lost-answer';
      };
    });
    crashed.start();
    await troubled;
    await crashed.stop({ drainMs: 0 });
    argus.fault = () => undefined;
    const after = await open();
    after.start();
    await after.whenIdle();
    await after.stop();
    expect(argus.one('a').events.map(({ type }) => type)).toEqual(['STA', 'OTH']);
  });

  it('restarts an incident whose id comes again after its end, and leaves one that a person closed later', async () => {
    const glue = await open();
    glue.start();
    await glue.report(problem('a'));
    await glue.resolve('a', T1);
    await glue.report(problem('a', T0));
    await glue.whenIdle();
    expect(argus.one('a').incident.open).toBe(false);
    await glue.report(problem('a', T2));
    await glue.whenIdle();
    expect(argus.one('a').incident.open).toBe(true);
    await glue.stop();
  });

  it('keeps aside what is refused, and goes on', async () => {
    argus.fault = () => (argus.requests.length === 1 ? { status: 400, body: { level: ['wrong'] } } : undefined);
    const glue = await open();
    glue.start();
    await glue.report(problem('bad'));
    await glue.report(problem('good'));
    await glue.change('unknown', { level: 1 });
    await glue.whenIdle();
    expect((await glue.refused()).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('wrong'),
      expect.stringContaining('unknown'),
    ]);
    await glue.stop();
    expect(argus.kept).toHaveLength(1);
  });

  it('synchronises with a server that has no snapshots, over all its pages', async () => {
    const glue = await open();
    glue.start();
    for (const id of ['1', '2', '3', '4', '5']) await glue.report(problem(id));
    await glue.report(problem('later', T2));
    await new ArgusClient({ url: 'http://argus', token: 't', fetch: argus.fetch }).create({
      source_incident_id: '',
      start_time: T0,
      description: 'nobody knows its id',
      tags: [],
    });
    await glue.synchronise([problem('2'), problem('6')], T1);
    await glue.whenIdle();
    await glue.stop();
    const openThere = argus.kept.filter(({ incident }) => incident.open);
    expect(new Set(openThere.map(({ incident }) => incident.source_incident_id))).toEqual(
      new Set(['2', 'later', '', '6']),
    );
  });

  it('keeps marks with what was read, all or nothing', async () => {
    const glue = await open();
    await glue.record([{ kind: 'close', id: 'a', time: T0, description: '' }], { log: '17' });
    await glue.stop({ drainMs: 0 });
    const again = await open();
    expect(await again.mark('log')).toBe('17');
    expect(again.left).toBe(1);
    await again.stop({ drainMs: 0 });
  });

  it('gives its folder to one at a time', async () => {
    const glue = await open();
    await expect(open()).rejects.toThrow();
    await glue.stop();
  });

  it('says that it is alive', async () => {
    const glue = await open({ heartbeatMs: 5 });
    const twice = new Promise<void>((resolve) => {
      argus.fault = () => (argus.heartbeats === 2 ? void resolve() : undefined);
    });
    glue.start();
    await twice;
    await glue.stop();
    expect(new Set(argus.requests)).toEqual(new Set(['POST /api/v2/incidents/sources/heartbeat/']));
  });

  it('loses nothing and doubles nothing whatever the faults', async () => {
    const faults = fc.array(
      fc.constantFrom<Fault | undefined>('no-connection', 'lost-answer', { status: 500 }, { status: 503 }, undefined),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(faults, async (script) => {
        argus = new FakeArgus();
        const left = [...script];
        argus.fault = () => left.shift();
        const own = await mkdtemp(path.join(folder, 'run-'));
        const glue = await open({ folder: own, backoff: { firstMs: 0, mostMs: 0 } });
        glue.start();
        for (const id of ['a', 'b']) {
          await glue.report(problem(id));
          await glue.note(id, T1, 'seen');
          await glue.resolve(id, T2);
        }
        await glue.whenIdle();
        await glue.stop();
        for (const id of ['a', 'b'])
          expect(argus.one(id).events.map(({ type }) => type)).toEqual(['STA', 'OTH', 'END']);
      }),
      { numRuns: 40 },
    );
  });
});
