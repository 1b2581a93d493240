/**
 * `npm run bench -- [stage ...] [--events n] [--incidents n]`: measures the stages named (all without one), one line for each
 * figure.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startTestGround } from '../tools/ground/test-ground.js';
import { commands } from './commands.js';
import { consume } from './consume.js';
import { endToEnd } from './end-to-end.js';
import { footprint } from './footprint.js';
import { type BenchGround, type Finding, lineOf } from './harness.js';
import { ingestBatch, ingestOne } from './ingest.js';
import { produce } from './produce.js';
import { project } from './project.js';
import { queries } from './queries.js';
import { rebuild } from './rebuild.js';

/** THE list of stages. */
const stages: Readonly<Record<string, (ground: BenchGround) => Promise<readonly Finding[]>>> = {
  S1: ingestOne,
  S2: ingestBatch,
  S3: produce,
  S4: consume,
  S6: project,
  S7: rebuild,
  S8: endToEnd,
  S12: footprint,
  commands,
  queries,
};

/** Names for some of them. */
const aliases: Readonly<Record<string, string>> = { projector: 'S6', rebuild: 'S7' };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string' }, incidents: { type: 'string' } },
});
const asked = positionals.map((stage) => aliases[stage] ?? stage);
const sizes: BenchGround['sizes'] = {
  ...(values.events && { events: Number(values.events) }),
  ...(values.incidents && { incidents: Number(values.incidents) }),
};
const unknown = asked.filter((stage) => !(stage in stages));
if (unknown.length > 0) {
  console.error(
    `bench: no stage ${unknown.join(', ')}; there are ${[...Object.keys(stages), ...Object.keys(aliases)].join(', ')}`,
  );
  process.exit(2);
}

const home = await mkdtemp(path.join(tmpdir(), 'tocsin-bench-'));
const ground = await startTestGround(home, console.error);
try {
  const { KAFKA_BROKERS = '', DATABASE_URL = '' } = ground.variables;
  console.log(
    `${availableParallelism()} cores of ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  );
  for (const stage of asked.length > 0 ? asked : Object.keys(stages)) {
    const findings = await stages[stage]!({
      brokers: KAFKA_BROKERS.split(','),
      databaseUrl: DATABASE_URL,
      home,
      sizes,
    });
    for (const finding of findings) console.log(lineOf(finding));
  }
} finally {
  await ground.stop();
  await rm(home, { recursive: true, force: true });
}
