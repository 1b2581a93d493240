import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endsOf, type Positions, readOn } from './log-tail.js';

let folder: string;
let positions: Positions;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tail-'));
  positions = {};
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (name: string): string => path.join(folder, name);
const patterns = (): string[] => [file('log*.json')];

/** All that is new, in the order that it is read. */
async function all(): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const piece = await readOn(patterns(), positions);
    if (!piece) return texts;
    // As the agent keeps it: through JSON.
    positions = JSON.parse(JSON.stringify(piece.positions)) as Positions;
    texts.push(...piece.lines.map(({ text }) => text));
  }
}

describe('the logs', () => {
  it('are read in whole lines, each once', async () => {
    expect(await all()).toEqual([]);
    await writeFile(file('log1.json'), 'one\ntwo\nthr');
    expect(await all()).toEqual(['one', 'two']);
    expect(await all()).toEqual([]);
    await appendFile(file('log1.json'), 'ee\r\n\nfour\n');
    expect(await all()).toEqual(['three', 'four']);
  });

  it('are those that fit, and no others', async () => {
    await writeFile(file('log-err1.json'), 'fits\n');
    await writeFile(file('other.json'), 'does not\n');
    await writeFile(file('log.json.gz'), 'does not\n');
    expect(await all()).toEqual(['fits']);
  });

  it('are read to their end after they were renamed, and go on in the new file', async () => {
    await writeFile(file('log.json'), 'one\n');
    expect(await all()).toEqual(['one']);
    await appendFile(file('log.json'), 'two\n');
    await rename(file('log.json'), file('old.1'));
    await writeFile(file('log.json'), 'three\n');
    expect((await all()).sort()).toEqual(['three', 'two']);
    await unlink(file('old.1'));
    await appendFile(file('log.json'), 'four\n');
    expect(await all()).toEqual(['four']);
    expect(Object.values(positions).map((position) => path.basename(position.path))).toEqual(['log.json']);
  });

  it('are read anew after they were emptied or replaced in their place', async () => {
    await writeFile(file('log.json'), 'one, a long line\n');
    expect(await all()).toHaveLength(1);
    await truncate(file('log.json'));
    await appendFile(file('log.json'), 'two\n');
    expect(await all()).toEqual(['two']);
    await writeFile(file('log.json'), 'other\nand longer\n');
    expect(await all()).toEqual(['other', 'and longer']);
  });

  it('may hold very long lines and very many', async () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `line ${i}`);
    await writeFile(file('log.json'), `${many.join('\n')}\n${'x'.repeat(1_200_000)}\nend\n`);
    const texts = await all();
    expect(texts.slice(0, 2_000)).toEqual(many);
    expect(texts.at(-1)).toBe('end');
    expect(texts.slice(2_000, -1).join('')).toBe('x'.repeat(1_200_000));
  });

  it('may begin at their ends', async () => {
    await writeFile(file('log.json'), 'old\n');
    positions = await endsOf(patterns());
    await appendFile(file('log.json'), 'new\n');
    expect(await all()).toEqual(['new']);
  });

  it('name each line by its place', async () => {
    await writeFile(file('log.json'), 'one\ntwo\n');
    const ids = (await readOn(patterns(), {}))!.lines.map(({ id }) => id);
    expect(ids[0]).toMatch(/^\d+:0$/);
    expect(ids[1]).toMatch(/^\d+:4$/);
  });
});
