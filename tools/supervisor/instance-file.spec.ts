import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { birthOf } from '../ground/own-processes.js';
import {
  type InstanceFile,
  holdHome,
  isRunning,
  readInstanceFile,
  releaseHome,
  writeInstanceFile,
} from './instance-file.js';

/** Above every pid that Linux gives. */
const NOBODY = 2 ** 22 + 1;

const mine: InstanceFile = {
  pid: process.pid,
  birth: birthOf(process.pid),
  url: 'http://127.0.0.1:4000',
  parents: [],
  state: 'starting',
  processes: {},
};

describe('holding a home', () => {
  let home: string;
  let said: string[];

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'home-'));
    said = [];
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  const hold = (content = mine): Promise<void> => holdHome(home, content, (line) => said.push(line));
  const file = (): string => path.join(home, 'instance.json');

  it('writes who runs, and nothing else stays', async () => {
    await hold();
    expect(readInstanceFile(home)).toEqual(mine);
    expect(readdirSync(home)).toEqual(['instance.json']);
    releaseHome(home);
    expect(readdirSync(home)).toEqual([]);
  });

  it('is refused while another runs, with its pid and address', async () => {
    await hold();
    await expect(hold()).rejects.toThrow(
      `Tocsin runs already from ${home}: process ${process.pid}, http://127.0.0.1:4000. Stop it (kill ${process.pid})`,
    );
    expect(readdirSync(home)).toEqual(['instance.json']);
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ ...mine, pid: NOBODY })],
    ['of a process whose number another one has now', JSON.stringify({ ...mine, birth: 'long ago' })],
    ['that was left half written', '{"pid": 12'],
  ])('takes over a file %s', async (_, content) => {
    writeFileSync(file(), content);
    await hold();
    expect(readInstanceFile(home)).toEqual(mine);
  });

  it('waits for one that is stopping', async () => {
    writeInstanceFile(home, { ...mine, state: 'stopping' });
    const held = hold();
    await Promise.resolve();
    expect(said).toEqual([`waiting       for process ${process.pid}, which is stopping`]);
    releaseHome(home);
    await held;
    expect(readInstanceFile(home)?.state).toBe('starting');
  });

  it('waits for one whose npm is gone: it will stop', async () => {
    writeInstanceFile(home, { ...mine, state: 'ready', parents: [{ pid: NOBODY }] });
    const held = hold();
    await Promise.resolve();
    expect(said).toHaveLength(1);
    releaseHome(home);
    await held;
    expect(existsSync(file())).toBe(true);
  });
});

describe('a process', () => {
  it('is known by its pid and its birth', () => {
    expect(isRunning({ pid: process.pid, birth: birthOf(process.pid) })).toBe(true);
    expect(isRunning({ pid: process.pid, birth: 'another time' })).toBe(false);
    expect(isRunning({ pid: NOBODY })).toBe(false);
  });
});
