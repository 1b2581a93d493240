import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ManualClock } from '#libs/core';
import { Agent, type AgentGround } from './agent.js';
import { type HostFigures, hostReader, hostSampleOf } from './host.js';
import { logSampleOf } from './log-line.js';
import { type Posted } from './post.js';
import { readState } from './state.js';

const NOW = '2026-11-20T09:38:15.000Z';
const place = { clusterId: 'c1', nodeId: 'n0' };
const figures: HostFigures = {
  load: { m1: 1.97, m5: 1.41, m15: 1.22 },
  physicalCores: 2,
  logicalCores: 4,
  memory: { totalBytes: 8e9, availableBytes: 2e9 },
  disks: [
    { mount: '/', totalBytes: 10e9, usedBytes: 1e9 },
    { mount: '/var/lib', totalBytes: 100e9, usedBytes: 76e9 },
    { mount: '/var/library', totalBytes: 1e9, usedBytes: 1 },
  ],
};

describe('a sample of the host', () => {
  it('knows the disk of the database by the longest mount above it', () => {
    const { disks } = hostSampleOf(figures, place, '/var/lib/eventstore', NOW) as { disks: { isDatabase: boolean }[] };
    expect(disks.map(({ isDatabase }) => isDatabase)).toEqual([false, true, false]);
  });

  it('is read of this very host', async () => {
    const read = await hostReader()();
    expect(read.physicalCores).toBeGreaterThan(0);
    expect(read.memory.totalBytes).toBeGreaterThanOrEqual(read.memory.availableBytes);
    for (const { totalBytes, usedBytes } of read.disks) expect(totalBytes).toBeGreaterThanOrEqual(usedBytes);
  });
});

describe('a line of a log', () => {
  it('keeps its object and its own time', () => {
    const line = '{"@t":"2026-11-20T09:12:31.4471825+00:00","@mt":"ELECTIONS: starting"}';
    expect(logSampleOf(line, place, '7:0', NOW)).toMatchObject({
      kind: 'LogRecord',
      ...place,
      at: '2026-11-20T09:12:31.447182Z',
      message: { '@mt': 'ELECTIONS: starting' },
      ingestId: '7:0',
    });
  });

  it.each(['no JSON', '{"broken"', '[1]', '{"@t":7}'])('%s has the time at which it was read', (line) => {
    expect(logSampleOf(line, place, '7:0', NOW)).toMatchObject({ at: NOW });
  });

  it('is cut where it is too long for a record', () => {
    expect((logSampleOf('x'.repeat(100_000), place, '7:0', NOW)['message'] as string).length).toBeLessThan(64 * 1024);
  });
});

describe('an agent', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agent-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** An agent whose posts are answered by `answers`, one each, the last for ever. */
  async function agent(...answers: Posted[]) {
    const posts: (readonly Record<string, unknown>[])[] = [];
    const said: string[] = [];
    const stop = new AbortController();
    const ground: AgentGround = {
      readHost: () => Promise.resolve(figures),
      post: (samples) => {
        posts.push(samples);
        return Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!);
      },
      clock: new ManualClock(Date.parse(NOW)),
      random: () => 0,
      stop: stop.signal,
      sent: () => undefined,
      say: (line) => said.push(line),
    };
    const options = { place, dataPath: '/', logs: [path.join(folder, 'log*.json')], every: 15_000, folder };
    return { agent: new Agent(options, ground, await readState(folder)), posts, said, stop };
  }

  const taken: Posted = { kind: 'taken', rejected: [] };
  const later: Posted = { kind: 'later', reason: '503', afterMs: 1 };
  const kindsOf = (posts: readonly (readonly Record<string, unknown>[])[]): unknown[] =>
    posts.flat().map(({ kind }) => kind);

  it('sends a sample and the logs, and each line once over a restart', async () => {
    await writeFile(path.join(folder, 'log1.json'), '{"a":1}\n{"a":2}\n');
    const first = await agent(taken);
    expect(await first.agent.once()).toBe(true);
    expect(kindsOf(first.posts)).toEqual(['HostSample', 'LogRecord', 'LogRecord']);
    await appendFile(path.join(folder, 'log1.json'), '{"a":3}\n');
    const second = await agent(taken);
    expect(await second.agent.once()).toBe(true);
    expect(second.posts.flat().filter(({ kind }) => kind === 'LogRecord')).toMatchObject([{ message: { a: 3 } }]);
  });

  it('keeps what could not be sent, and sends it after the next start, the oldest first', async () => {
    await writeFile(path.join(folder, 'log1.json'), '{"a":1}\n');
    const away = await agent(later);
    expect(await away.agent.once()).toBe(false);
    expect(away.said).toEqual([expect.stringMatching(/^503; again in /)]);
    const back = await agent(taken);
    expect(await back.agent.once()).toBe(true);
    expect(kindsOf(back.posts)).toEqual(['HostSample', 'HostSample', 'LogRecord']);
  });

  it('goes on after what was refused for good, and says so', async () => {
    await writeFile(path.join(folder, 'log1.json'), '{"a":1}\n{"a":2}\n');
    const { agent: refused, said } = await agent(taken, {
      kind: 'taken',
      rejected: [{ index: 1, reason: 'message: nested' }],
    });
    expect(await refused.once()).toBe(true);
    expect(said).toEqual(['sample 1 was refused: message: nested']);
    expect(await (await agent({ kind: 'refused', reason: '400' })).agent.once()).toBe(true);
  });

  it('sends in parts what is too much for one request', async () => {
    await writeFile(path.join(folder, 'log1.json'), '1\n2\n3\n');
    const { agent: large, posts } = await agent(taken, { kind: 'too-large' }, taken);
    expect(await large.once()).toBe(true);
    expect(posts.map((samples) => samples.length)).toEqual([1, 3, 2, 1]);
  });

  it('stops when it is told to, with all kept', async () => {
    const { agent: running, posts, stop } = await agent(later);
    const run = running.run();
    while (posts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await run;
    expect((await readState(folder)).pending).toHaveLength(1);
  });

  it('does not begin on a state that is damaged', async () => {
    await writeFile(path.join(folder, 'agent.json'), '{');
    await expect(agent(taken)).rejects.toThrow(/damaged/);
    expect(await readFile(path.join(folder, 'agent.json'), 'utf8')).toBe('{');
  });
});
