import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const REPORTS = 40;

/**
 * The glue kit of our own does what the scripts of the Python client do: reports, notes, changes, ends, a restart, a break of
 * the connection, a second start, and a comparison with all that is open.
 * @returns {Promise<{ scenarios: number, checks: number, failures: string[], requests: number, p50: number, p99: number }>}
 */
export async function runGlue({ root, variables }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-glue-'));
  const record = new Record();
  try {
    const { ArgusClient, Glue } = await import(pathToFileURL(path.join(root, 'dist/apps/glue/src/index.js')).href);
    const where = { url: variables.ARGUS_ROOT, token: variables.ARGUS_SOURCE_TOKEN, fetch: record.fetch };
    const context = {
      client: new ArgusClient(where),
      open: (more) => Glue.open({ ...where, ...more }),
      folder,
      record,
    };
    for (const scenario of [lifetime, connectionBreak, snapshot]) await scenario(context);
  } catch (error) {
    record.failures.push(error.stack);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return record.figures(3);
}

async function lifetime({ open, client, folder, record }) {
  const id = `glue-${randomUUID()}`;
  const end = ago(400);
  const glue = await open({ folder: path.join(folder, 'one') });
  glue.start();
  await glue.report({ id, startTime: ago(600), description: 'sw1 is down', level: 2, tags: { host: 'sw1' } });
  await glue.note(id, ago(500), 'on battery');
  await glue.change(id, { level: 1, tags: { host: 'sw1', site: 'a' } });
  await glue.resolve(id, end, 'up');
  await glue.resolve(id, ago(399), 'up');
  await glue.whenIdle();
  const closed = await client.findMine(id);
  record.check('it is closed at the first end', Date.parse(closed.end_time) === Date.parse(end), closed);
  record.check('it was changed', closed.level === 1 && closed.tags.length === 2, closed);
  await glue.report({ id, startTime: ago(300), description: 'down again' });
  await glue.whenIdle();
  record.check('it was restarted', (await client.findMine(id)).open);
  await glue.resolve(id, ago(200));
  await glue.whenIdle();
  const types = (await client.events(closed.pk)).map(({ type }) => type.value).reverse();
  record.check(
    'its events are there once each',
    types.filter((t) => t !== 'CHI').join() === 'STA,OTH,END,RES,END',
    types,
  );
  record.check('nothing was refused', (await glue.refused()).length === 0, await glue.refused());
  record.check('nothing is left', (await glue.stop()) === 0);
}

/** Half of the answers are lost, then all; the next start does the rest. */
async function connectionBreak({ open, client, folder, record }) {
  const run = `glue-${randomUUID()}`;
  const backoff = { firstMs: 1, mostMs: 5 };
  const options = { folder: path.join(folder, 'two'), backoff, heartbeatMs: 0 };
  let requests = 0;
  const flaky = async (...args) => {
    const answer = await record.fetch(...args);
    if (requests++ % 2 === 0) throw new TypeError('connection lost');
    return answer;
  };
  const before = await open({ ...options, fetch: flaky });
  before.start();
  for (let n = 0; n < REPORTS; n++) {
    await before.report({ id: `${run}-${n}`, startTime: ago(60), description: 'x', tags: { run } });
    if (n % 2 === 0) await before.resolve(`${run}-${n}`, ago(30));
  }
  const left = await before.stop({ drainMs: 50 });
  const after = await open(options);
  record.check('what was left is there after the next start', after.left === left, after.left);
  after.start();
  await after.whenIdle();
  await after.stop();
  const all = [];
  for await (const incident of client.mine({ tags: `run=${run}` })) all.push(incident);
  const ids = new Set(all.map(({ source_incident_id }) => source_incident_id));
  record.check('each is there once', all.length === REPORTS && ids.size === REPORTS, all.length);
  record.check('half of them are open', all.filter((incident) => incident.open).length === REPORTS / 2);
}

async function snapshot({ open, client, folder, record }) {
  const glue = await open({ folder: path.join(folder, 'three') });
  glue.start();
  const ids = [1, 2, 3].map((n) => `glue-${randomUUID()}-${n}`);
  const report = (id) => ({ id, startTime: ago(120), description: 'y' });
  await glue.report(report(ids[0]));
  await glue.report(report(ids[1]));
  await glue.synchronise([report(ids[1]), report(ids[2])], ago(0));
  await glue.synchronise([report(ids[1]), report(ids[2])], ago(0));
  await glue.whenIdle();
  await glue.stop();
  const openThere = [];
  for await (const incident of client.mine({ open: true })) openThere.push(incident.source_incident_id);
  const named = openThere.filter((id) => id !== '');
  record.check('open there are those open here', named.sort().join() === ids.slice(1).sort().join(), named);
}

function ago(seconds) {
  return new Date(Math.floor(Date.now() / 1000) * 1000 - seconds * 1000).toISOString();
}

/** Checks that are counted, and a `fetch` that is timed. */
class Record {
  checks = 0;
  failures = [];
  times = [];

  fetch = async (...args) => {
    const started = performance.now();
    const answer = await fetch(...args);
    this.times.push(performance.now() - started);
    if (answer.status >= 500) this.failures.push(`${args[0]} was answered with ${answer.status}`);
    return answer;
  };

  check(what, holds, seen = '') {
    this.checks += 1;
    if (!holds) this.failures.push(`${what}: ${JSON.stringify(seen)}`);
  }

  figures(scenarios) {
    const sorted = this.times.sort((a, b) => a - b);
    const at = (share) =>
      Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
    const { checks, failures } = this;
    return { scenarios, checks, failures, requests: sorted.length, p50: at(0.5), p99: at(0.99) };
  }
}
