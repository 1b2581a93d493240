/**
 * `npm run sync` writes the files that follow from the sources: EVENTS.md and the JSON Schemas of libs/contracts, and
 * openapi.json of each service. With `--check` it writes nothing and fails where one differs.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from './build.mjs';
import { contractFiles } from './events-md.mjs';
import { ensureDependencies } from './install.mjs';

const run = promisify(execFile);

/**
 * Every generated file with the content that it should have, formatted as the repository is.
 * @param {string} root repository root; dist is brought up to date first
 * @returns {Promise<Map<string, string>>} path below the root to content
 */
export async function generatedFiles(root) {
  await build({ root });
  const files = new Map();
  const { z } = await import('zod');
  const contracts = await import(path.join(root, 'dist/libs/contracts/src/index.js'));
  for (const [file, content] of contractFiles(contracts, z.toJSONSchema)) files.set(`libs/contracts/${file}`, content);
  const documents = await Promise.all(
    (await services(root)).map(async (app) => [`apps/${app}/openapi.json`, await openApiOf(root, app)]),
  );
  for (const [file, content] of documents) files.set(file, content);
  return formatted(root, files);
}

/** The apps that are started by the runtime's `bootstrap`: only they print their API document. */
async function services(root) {
  const found = [];
  for (const app of (await readdir(path.join(root, 'apps'))).sort()) {
    const main = path.join(root, 'apps', app, 'src/main.ts');
    if (existsSync(main) && (await readFile(main, 'utf8')).includes('bootstrap(')) found.push(app);
  }
  return found;
}

async function openApiOf(root, app) {
  const main = path.join(root, 'dist/apps', app, 'src/main.js');
  const { stdout } = await run(process.execPath, [main, '--openapi'], {
    cwd: root,
    env: { PATH: process.env.PATH, SINK: 'slack' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

async function formatted(root, files) {
  const prettier = await import('prettier');
  const result = new Map();
  for (const [file, content] of files) {
    const filepath = path.join(root, file);
    const options = await prettier.resolveConfig(filepath);
    result.set(file, await prettier.format(content, { ...options, filepath }));
  }
  return result;
}

/** Paths of generated files that differ, are absent, or should not be there any more. */
export async function differences(root, files) {
  const different = [];
  for (const [file, content] of files) {
    const there = await readFile(path.join(root, file), 'utf8').catch(() => undefined);
    if (there !== content) different.push(file);
  }
  return different;
}

async function main() {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  await ensureDependencies({ root });
  const files = await generatedFiles(root);
  const different = await differences(root, files);
  if (process.argv.includes('--check')) {
    for (const file of different) console.error(`sync: ${file} is not what the sources say; run \`npm run sync\``);
    process.exitCode = different.length === 0 ? 0 : 1;
    return;
  }
  for (const file of different) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), files.get(file));
    console.log(`sync: ${file} written`);
  }
  if (different.length === 0) console.log('sync: all as the sources say');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
