import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Glue } from '../../src/index.js';
import { FakeArgus } from '../../src/testing/fake-argus.js';
import { operationsOf } from './lines.js';
import { type Position, readOn } from './log-file.js';
import { tail } from './tail.js';

const T0 = '2026-11-20T10:00:00Z';
const T1 = '2026-11-20T10:05:00Z';

describe('a line of the log', () => {
  it('opens, closes, or is a note', () => {
    expect(operationsOf(`${T0} DOWN sw1 does not answer`)).toMatchObject([
      { kind: 'open', incident: { source_incident_id: 'sw1', description: 'sw1 does not answer' } },
    ]);
    expect(operationsOf(`${T1} UP sw1`)).toEqual([{ kind: 'close', id: 'sw1', time: T1, description: '' }]);
    expect(operationsOf(`${T1} INFO sw1 fan 2`)).toEqual([{ kind: 'note', id: 'sw1', time: T1, description: 'fan 2' }]);
  });

  it('is passed over when it is not understood', () => {
    expect(['', 'gibberish', 'yesterday DOWN sw1 x'].flatMap(operationsOf)).toEqual([]);
  });
});

describe('the log file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tail-'));
    file = path.join(folder, 'app.log');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const linesFrom = async (from?: Position) => {
    const piece = await readOn(file, from);
    return { lines: piece?.lines, position: piece?.position ?? from! };
  };

  it('is read in whole lines', async () => {
    expect(await readOn(file, undefined)).toBeUndefined();
    await writeFile(file, 'one\ntwo\nthr');
    const first = await linesFrom();
    expect(first.lines).toEqual(['one', 'two']);
    expect((await linesFrom(first.position)).lines).toBeUndefined();
    await appendFile(file, 'ee\n');
    expect((await linesFrom(first.position)).lines).toEqual(['three']);
  });

  it('is read to its end after it was rotated, and from the beginning when it was emptied', async () => {
    await writeFile(file, 'one\n');
    const { position } = await linesFrom();
    await appendFile(file, 'two\n');
    await rename(file, `${file}.1`);
    await writeFile(file, 'three\n');
    const rest = await linesFrom(position);
    expect(rest.lines).toEqual(['two']);
    const anew = await linesFrom(rest.position);
    expect(anew.lines).toEqual(['three']);
    await truncate(file);
    await appendFile(file, 'four\n');
    expect((await linesFrom(anew.position)).lines).toEqual(['four']);
  });

  it('becomes incidents, each line once over a restart', async () => {
    const argus = new FakeArgus();
    const options = {
      url: 'http://argus',
      token: 't',
      folder: path.join(folder, 'queue'),
      fetch: argus.fetch,
      heartbeatMs: 0,
    };
    await writeFile(file, `${T0} DOWN sw1 x\n${T0} DOWN sw2 x\n`);
    const runUntil = async (holds: () => boolean) => {
      const stop = new AbortController();
      const done = new Promise<void>((resolve) => {
        const look = (): void => (holds() ? resolve() : void setImmediate(look));
        look();
      });
      const glue = await Glue.open(options);
      glue.start();
      const tailing = tail(glue, file, stop.signal, 1);
      await done;
      stop.abort();
      await tailing;
      await glue.stop();
    };
    await runUntil(() => argus.kept.length === 2);
    await appendFile(file, `${T1} UP sw1\n`);
    await runUntil(() => argus.kept.some(({ incident }) => !incident.open));
    expect(argus.kept.map(({ events }) => events.map(({ type }) => type))).toEqual([['STA', 'END'], ['STA']]);
  });
});
