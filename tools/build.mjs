/**
 * Compiles every TypeScript file of apps, libs, tools and bench into dist, mirroring the tree, and copies the assets beside them.
 * Types are not checked here (`npm run check` does). Only files whose content changed since the last build are touched.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = ['apps', 'libs', 'tools', 'bench'];
const ASSETS = ['.json', '.html', '.css', '.sql', '.svg', '.js'];
const MANIFEST = '.build.json';

const SWC = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    target: 'es2023',
    keepClassNames: true,
    experimental: { keepImportAttributes: true },
  },
  module: { type: 'es6' },
  sourceMaps: true,
  swcrc: false,
  configFile: false,
};

const isSource = (file) => /\.ts$/.test(file) && !/(\.d|spec)\.ts$/.test(file);
const isAsset = (file) => ASSETS.includes(path.extname(file));

/**
 * Brings dist up to date with the sources.
 * @param {{ root: string, outDir?: string }} where repository root, and where to write (default `<root>/dist`)
 * @returns {Promise<{ compiled: number, copied: number, removed: number, unchanged: number }>} what was done, in files
 * @throws Error naming each file that does not compile
 */
export async function build({ root, outDir = path.join(root, 'dist') }) {
  const compiler = await compilerId(root);
  const before = await readManifest(outDir, compiler);
  const sources = await list(root);
  const present = await listOutputs(outDir);
  const after = {};
  const changed = [];
  for (const file of sources) {
    const content = await readFile(path.join(root, file));
    after[file] = createHash('sha256').update(content).digest('base64url');
    if (before[file] !== after[file] || !present.has(outputOf(file))) changed.push({ file, content });
  }
  const removed = Object.keys(before).filter((file) => !(file in after));
  await removeOutputs(outDir, removed);
  const counts = await writeOutputs(root, outDir, changed, after);
  if (changed.length > 0 || removed.length > 0) {
    await replaceFile(path.join(outDir, MANIFEST), JSON.stringify({ compiler, files: after }));
  }
  return { ...counts, removed: removed.length, unchanged: sources.length - changed.length };
}

async function compilerId(root) {
  const { version } = createRequire(path.join(root, 'package.json'))('@swc/core/package.json');
  return createHash('sha256')
    .update(`${version}\n${JSON.stringify(SWC)}`)
    .digest('base64url');
}

async function readManifest(outDir, compiler) {
  try {
    const manifest = JSON.parse(await readFile(path.join(outDir, MANIFEST), 'utf8'));
    return manifest.compiler === compiler ? manifest.files : {};
  } catch {
    return {};
  }
}

async function list(root) {
  const files = [];
  for (const folder of SOURCES) {
    const entries = await readdir(path.join(root, folder), { recursive: true }).catch(() => []);
    for (const entry of entries) {
      const file = path.join(folder, entry);
      if (file.includes('node_modules') || !(isSource(file) || isAsset(file))) continue;
      if ((await stat(path.join(root, file))).isFile()) files.push(file);
    }
  }
  return files.sort();
}

async function listOutputs(outDir) {
  return new Set(await readdir(outDir, { recursive: true }).catch(() => []));
}

const outputOf = (file) => (isSource(file) ? file.replace(/\.ts$/, '.js') : file);

async function writeOutputs(root, outDir, changed, hashes) {
  if (changed.length === 0) return { compiled: 0, copied: 0 };
  const { transform } = await import('@swc/core');
  const failures = [];
  let compiled = 0;
  await Promise.all(
    changed.map(async ({ file, content }) => {
      const target = path.join(outDir, outputOf(file));
      await mkdir(path.dirname(target), { recursive: true });
      if (!isSource(file)) return replaceFile(target, content);
      try {
        await compile(transform, root, file, content, target);
        compiled += 1;
      } catch (error) {
        delete hashes[file];
        failures.push(`${file}: ${error.message}`);
      }
    }),
  );
  if (failures.length > 0) throw new Error(`these files do not compile:\n${failures.join('\n')}`);
  return { compiled, copied: changed.length - compiled };
}

async function compile(transform, root, file, content, target) {
  const sourceFileName = path.relative(path.dirname(target), path.join(root, file));
  const { code, map } = await transform(content.toString('utf8'), { ...SWC, filename: file, sourceFileName });
  const name = path.basename(target);
  await replaceFile(`${target}.map`, map ?? '');
  await replaceFile(target, `${code}\n//# sourceMappingURL=${name}.map\n`);
}

async function removeOutputs(outDir, files) {
  for (const file of files) {
    await rm(path.join(outDir, outputOf(file)), { force: true });
    await rm(path.join(outDir, `${outputOf(file)}.map`), { force: true });
  }
}

/** Written beside and renamed, so that a process that starts meanwhile never reads half a file. */
async function replaceFile(target, content) {
  const draft = `${target}.${process.pid}.tmp`;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(draft, content);
  await rename(draft, target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const started = performance.now();
  try {
    const { compiled, copied, removed, unchanged } = await build({ root });
    const ms = Math.round(performance.now() - started);
    const removals = removed > 0 ? `, ${removed} removed` : '';
    console.log(`build         ${compiled + copied} files made${removals}, ${unchanged} up to date, ${ms} ms`);
  } catch (error) {
    console.error(`build: ${error.message}`);
    process.exitCode = 1;
  }
}
