import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../build.mjs';
import { ensureDependencies } from '../install.mjs';

/**
 * Does `work` with a running Tocsin: the one at `url`, else one of its own, which is gone afterwards.
 * @template T @param {{ root: string, url?: string, token?: string }} where
 * @param {(system: { url: string, token: string }) => Promise<T>} work @returns {Promise<T>}
 */
export async function withSystem({ root, url, token }, work) {
  await ensureDependencies({ root });
  await build({ root });
  if (url) return work({ url: url.replace(/\/$/, ''), token: token ?? (await ownToken()) });
  const { startSystem } = await import(pathToFileURL(path.join(root, 'dist/tools/ground/index.js')).href);
  const home = await mkdtemp(path.join(tmpdir(), 'tocsin-check-'));
  try {
    const system = await startSystem({ home, env: { LOG_LEVEL: 'warn', ARGUS_TIME_ZONE: 'UTC' } });
    try {
      return await work({ url: system.url, token: system.adminToken });
    } finally {
      await system.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function ownToken() {
  if (process.env.TOCSIN_ADMIN_TOKEN) return process.env.TOCSIN_ADMIN_TOKEN;
  const file = path.join(process.env.TOCSIN_HOME ?? '.tocsin', 'admin-token');
  return (await readFile(file, 'utf8')).trim();
}
