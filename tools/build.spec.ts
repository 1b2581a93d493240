import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// @ts-expect-error -- a script without types
import { build } from './build.mjs';
import { repositoryRoot } from './ground/repository.js';

describe('the build', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'build-'));
    symlinkSync(path.join(repositoryRoot, 'node_modules'), path.join(root, 'node_modules'));
    writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
    write('libs/core/src/index.ts', "import { type A } from './a.js';\nexport const one: A = 1;\n");
    write('libs/core/src/a.ts', 'export type A = number;\n');
    write('libs/core/src/a.spec.ts', 'export {};\n');
    write('apps/x/src/sql/all.sql', 'select 1;\n');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(file: string, content: string): void {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  const dist = (file: string): string => path.join(root, 'dist', file);
  const run = (): Promise<unknown> => build({ root });

  it('mirrors the tree, without specs and with assets', async () => {
    expect(await run()).toEqual({ compiled: 2, copied: 1, removed: 0, unchanged: 0 });
    expect(readFileSync(dist('libs/core/src/index.js'), 'utf8')).toContain('export const one = 1;');
    expect(existsSync(dist('libs/core/src/index.js.map'))).toBe(true);
    expect(existsSync(dist('libs/core/src/a.spec.js'))).toBe(false);
    expect(readFileSync(dist('apps/x/src/sql/all.sql'), 'utf8')).toBe('select 1;\n');
  });

  it('touches only what changed', async () => {
    await run();
    const untouched = statSync(dist('libs/core/src/index.js')).mtimeMs;
    write('libs/core/src/a.ts', 'export type A = number | string;\n');
    expect(await run()).toEqual({ compiled: 1, copied: 0, removed: 0, unchanged: 2 });
    expect(statSync(dist('libs/core/src/index.js')).mtimeMs).toBe(untouched);
    expect(await run()).toEqual({ compiled: 0, copied: 0, removed: 0, unchanged: 3 });
  });

  it('makes again what somebody deleted, and deletes what has no source', async () => {
    await run();
    rmSync(dist('libs/core/src/index.js'));
    rmSync(path.join(root, 'apps/x/src/sql/all.sql'));
    expect(await run()).toMatchObject({ compiled: 1, removed: 1 });
    expect(existsSync(dist('apps/x/src/sql/all.sql'))).toBe(false);
  });

  it('names every file that does not compile, and tries it again', async () => {
    write('libs/core/src/index.ts', 'export const = ;\n');
    await expect(run()).rejects.toThrow('libs/core/src/index.ts: ');
    await expect(run()).rejects.toThrow('libs/core/src/index.ts: ');
    write('libs/core/src/index.ts', 'export const one = 1;\n');
    expect(await run()).toMatchObject({ compiled: 2 });
  });
});
