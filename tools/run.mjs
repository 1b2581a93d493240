/** `node tools/run.mjs <path below dist> [arguments]`: installs and builds what is absent or stale, then runs that program. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ensureDependencies } from './install.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const program = process.argv[2];

await ensureDependencies({ root });
await build({ root });
process.argv.splice(1, 2, path.join(root, 'dist', `${program}.js`));
await import(pathToFileURL(process.argv[1]).href);
