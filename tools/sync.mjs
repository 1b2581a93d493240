/**
 * `npm run sync` writes the generated files (event catalogue, OpenAPI documents ...) anew; with --check it only compares,
 * and names the files that are not what their sources say. tools/sync/generators.ts lists them.
 */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ensureDependencies } from './install.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

try {
  await ensureDependencies({ root });
  await build({ root });
  const { sync } = await import(pathToFileURL(path.join(root, 'dist/tools/sync/sync.js')).href);
  const stale = await sync({ root, write: !process.argv.includes('--check') });
  process.exit(stale.length > 0 ? 1 : 0);
} catch (error) {
  console.error(error.stack ?? error.message);
  process.exit(1);
}
