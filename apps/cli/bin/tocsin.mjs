#!/usr/bin/env node
import { existsSync } from 'node:fs';

const entry = new URL('../../../dist/apps/cli/src/main.js', import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write('tocsin: not built yet; run `npm start` or `npm run build` once\n');
  process.exit(1);
}
await import(entry.href);
