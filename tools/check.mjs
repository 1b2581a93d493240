/** `npm run check`: types, lint, architecture, format, generated files. Every step runs, also after one that fails. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './install.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const folders = (parent) =>
  ['apps', 'libs', 'tools', 'bench'].filter((folder) => existsSync(path.join(parent, folder)));

/** Programs are run by their own entry with this Node: no shell, no npx, the same on every machine. */
const steps = (where) => [
  { name: 'types', entry: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'lint',
    entry: 'eslint/bin/eslint.js',
    args: ['--cache', '--cache-location', 'dist/.eslintcache', ...folders(where)],
  },
  {
    name: 'architecture',
    entry: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...folders(where)],
  },
  {
    name: 'format',
    entry: 'prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '--cache', '--cache-location', 'dist/.prettiercache', '.'],
  },
  { name: 'generated files', file: 'tools/sync.mjs', args: ['--check'] },
];

/**
 * Runs every step and prints what each says below a heading of its own.
 * @returns {Promise<string[]>} the names of the steps that failed
 */
export async function check({ root, say = console.log }) {
  const failed = [];
  for (const step of steps(root)) {
    const started = performance.now();
    say(`\n== check: ${step.name}`);
    const code = await run(root, step);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(code === 0 ? `   good (${seconds} s)` : `   FAILED (${seconds} s)`);
    if (code !== 0) failed.push(step.name);
  }
  say(failed.length === 0 ? '\ncheck: all good' : `\ncheck: failed: ${failed.join(', ')}`);
  return failed;
}

function run(root, { entry, file, args }) {
  const program = file ?? path.join('node_modules', entry);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureDependencies({ root });
  process.exitCode = (await check({ root })).length > 0 ? 1 : 0;
}
