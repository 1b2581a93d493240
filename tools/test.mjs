/**
 * `npm test`: check, then every level of specs on real Kafka and PostgreSQL, which are started once for the run, then Argus'
 * own client against the whole.
 * `node tools/test.mjs unit|contract|app|e2e|kill [jest options]` runs one level; a path or pattern instead runs what matches.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkArgusClient } from './argus-client.mjs';
import { build } from './build.mjs';
import { check } from './check.mjs';
import { ensureDependencies } from './install.mjs';
import { LEVELS, runLevel } from './test-levels.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Brings up the servers, gives the variables that name them to `work`, and takes them down whatever happens. */
async function withServers(work) {
  const home = mkdtempSync(path.join(tmpdir(), 'tocsin-test-'));
  const { startTestGround, stopLeftOvers } = await import(
    pathToFileURL(path.join(root, 'dist/tools/ground/test-ground.js')).href
  );
  let ground;
  const stop = async () => {
    await ground?.stop();
    await stopLeftOvers(home);
    rmSync(home, { recursive: true, force: true });
  };
  const interrupted = () => void stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    ground = await startTestGround(home, console.log);
    return await work({ ...ground.variables, TMPDIR: home });
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    await stop();
  }
}

async function main([level, ...rest]) {
  await ensureDependencies({ root });
  const total = { passed: 0, failed: 0 };
  const add = ({ passed, failed }) => {
    total.passed += passed;
    total.failed += failed;
  };
  const all = level === undefined;
  const named = LEVELS.find(({ name }) => name === level);
  if (all) add({ passed: 0, failed: (await check({ root })).length });
  if (all || named?.needsServers !== true) {
    if (all || named) add(await runLevel({ root, level: named ?? LEVELS[0], args: rest, variables: {} }));
  }
  if (all || named === undefined || named.needsServers) {
    await build({ root });
    await withServers(async (variables) => {
      if (named) return add(await runLevel({ root, level: named, args: rest, variables }));
      if (!all) return add(await runLevel({ root, level: { name: level, pattern: level }, args: rest, variables }));
      for (const one of LEVELS.slice(1)) add(await runLevel({ root, level: one, args: [], variables }));
    });
  }
  if (all) {
    console.log("\n== Argus' own client");
    add(await checkArgusClient());
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.stack ?? error.message);
    console.log('\n0 passed, 1 failed');
    process.exit(1);
  },
);
