import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const kit = path.resolve(import.meta.dirname, '..');

describe('what is published', () => {
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(path.join(tmpdir(), 'glue-publish-'));
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', path.join(kit, 'tsconfig.publish.json'), '--outDir', out]);
  });
  afterAll(() => rm(out, { recursive: true, force: true }));

  it('compiles on its own, with its types and without specs', async () => {
    expect(existsSync(path.join(out, 'index.js'))).toBe(true);
    expect(existsSync(path.join(out, 'index.d.ts'))).toBe(true);
    const files = await readdir(out, { recursive: true });
    expect(files.filter((file) => /spec|testing/.test(file))).toEqual([]);
  });
});
