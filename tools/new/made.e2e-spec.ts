import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// @ts-expect-error -- a script without types
import { families } from './families.mjs';

const here = process.cwd();
const PARTS = ['apps', 'libs', 'tools', 'package.json', 'tsconfig.json', 'tsconfig.base.json', 'eslint.config.mjs'];
const SETTINGS = ['jest.config.mjs', '.dependency-cruiser.cjs', '.prettierrc.json', '.prettierignore'];
const MADE = Object.values(families as Record<string, { folder: string; list: string }>);

/** What `npm run new` makes, in a copy of the repository: the checks of the repository find nothing in it. */
describe('a new source, detector and sink', () => {
  let root = '';

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'made-'));
    const built = (from: string): boolean => !/[\\/](node_modules|dist)$/.test(from);
    for (const part of [...PARTS, ...SETTINGS]) {
      await cp(path.join(here, part), path.join(root, part), { recursive: true, filter: built });
    }
    await symlink(path.join(here, 'node_modules'), path.join(root, 'node_modules'), 'dir');
    for (const family of Object.keys(families as object)) await run('tools/new.mjs', family, 'demo');
  }, 120_000);

  afterAll(() => rm(root, { recursive: true, force: true }));

  /** Runs a script of the copy, or of a package, with this Node. @throws with what it said */
  async function run(script: string, ...args: string[]): Promise<string> {
    const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...args], { cwd: root, env }).catch(
      (error: { stdout: string; stderr: string }) => Promise.reject(new Error(`${error.stdout}\n${error.stderr}`)),
    );
    return stdout + stderr;
  }

  const paths = MADE.flatMap(({ folder, list }) => [`${folder}/demo`, list]);

  it('pass the specs of their own and of their families', async () => {
    const specs = `(${MADE.map(({ folder }) => folder).join('|')})/(demo/.*|[^/]*)\\.spec\\.ts$`;
    const said = await run('node_modules/jest/bin/jest.js', '--ci', '--testPathPatterns', specs);
    expect(said).toContain('demo.source.spec.ts');
    expect(said).toContain('demo.detector.spec.ts');
    expect(said).toContain('demo.sink.spec.ts');
  }, 180_000);

  it('have sound types', async () => {
    const include = MADE.flatMap(({ folder, list }) => [`${folder}/demo/**/*.ts`, list]);
    await writeFile(path.join(root, 'tsconfig.made.json'), JSON.stringify({ extends: './tsconfig.json', include }));
    expect(await run('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.made.json')).toBe('');
  }, 180_000);

  it('pass lint, architecture and format', async () => {
    expect(await run('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', ...paths)).toBe('');
    expect(await run('node_modules/prettier/bin/prettier.cjs', '--check', ...paths)).toContain('All matched files');
    const cruise = ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...MADE.map(({ folder }) => folder)];
    expect(await run('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...cruise)).toContain(
      'no dependency',
    );
  }, 180_000);
});
