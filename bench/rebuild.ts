import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { statement } from './database.js';
import { type BenchGround, type Finding, grouped, median, within } from './harness.js';
import { projectionOf, type SeededIncidents, withIncidents } from './incidents.js';
import { ask, type Started } from './service.js';

const EVENTS_EACH = 4;
const COPIES = 3;
const GOAL = 1 / 2.5;
const MOST_MB = 350;
const SAMPLED = 500;
const LOOK_MS = 100;

/**
 * S7: the read model of incidents is built anew from the log, from the call to the switch, against the time in which the
 * server itself copies the same timeline rows into an empty table with the same index. Answers have to be the same bytes.
 */
export function rebuild(ground: BenchGround): Promise<Finding[]> {
  const { events: wanted = 1_000_000 } = ground.sizes;
  const incidents = Math.ceil(wanted / EVENTS_EACH);
  return withIncidents(
    ground,
    { incidents, open: Math.ceil(incidents / 100), eventsEach: EVENTS_EACH },
    async (seeded) => {
      const { service, events, databaseUrl } = seeded;
      const before = await sample(seeded);
      const copySeconds = await copyTime(databaseUrl);
      await forgetPeak(service);
      const seconds = await rebuildTime(service);
      const megabytes = await peakMegabytes(service);
      if ((await sample(seeded)) !== before) throw new Error('S7: answers after the rebuild are other bytes');
      console.log(
        `S7: ${grouped(events)} events in ${seconds.toFixed(1)} s; COPY in ${copySeconds.toFixed(1)} s; peak ${megabytes.toFixed(0)} MB; ${SAMPLED} incidents with their timelines answer the same bytes`,
      );
      const [ours, yardstick] = [events / seconds, events / copySeconds];
      return [
        {
          name: `S7 rebuild of ${grouped(events)} events, against the server’s COPY of the timeline`,
          unit: 'events/s',
          ours,
          yardstick,
          ratio: ours / yardstick,
          goal: GOAL,
          spread: 0,
        },
        within('S7 largest memory of the service', 'MB', megabytes, MOST_MB),
      ];
    },
  );
}

/** Seconds from the call until the new generation is live. */
async function rebuildTime(service: Started): Promise<number> {
  const { generation } = await projectionOf(service);
  const started = performance.now();
  await ask(service, 'POST', '/tocsin/v1/projections/incidents/rebuild');
  let read: number | undefined;
  for (;;) {
    const now = await projectionOf(service);
    if (read === undefined && now.lag === 0) {
      read = (performance.now() - started) / 1000;
      console.log(`S7: all was read after ${read.toFixed(1)} s; the rest is proof and switch`);
    }
    if (now.state === 'live' && now.generation !== generation) return (performance.now() - started) / 1000;
    if (now.state === 'live') throw new Error('S7: the rebuild ended and the old generation is still live');
    await delay(LOOK_MS);
  }
}

/** Median of the seconds of a COPY by the server, from its own disk. */
async function copyTime(databaseUrl: string): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-bench-rows-'));
  const file = path.join(folder, 'timeline');
  // The server writes and reads it, as another user maybe.
  await chmod(folder, 0o777);
  const run = (text: string): Promise<object[]> => statement(databaseUrl, text);
  try {
    const [live] = await statement<{ name: string }>(
      databaseUrl,
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'incidents' and c.relkind = 'r' and c.relname like 'view_timeline_g%'`,
    );
    await run(`copy (select * from incidents.view_timeline) to '${file}'`);
    const times: number[] = [];
    for (let round = 0; round < COPIES; round++) {
      await run('drop table if exists bench_timeline');
      await run(`create table bench_timeline (like incidents.${live?.name} including all)`);
      await run('checkpoint');
      const started = performance.now();
      await run(`copy bench_timeline from '${file}'`);
      times.push((performance.now() - started) / 1000);
    }
    await run('drop table bench_timeline');
    await run('checkpoint');
    return median(times);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Answers of the API: lists, and incidents spread over all with their timelines, as text. */
async function sample({ service, source }: SeededIncidents): Promise<string> {
  const get = async (target: string, token: string): Promise<string> => {
    const answer = await fetch(service.url + target, { headers: { authorization: `Token ${token}` } });
    if (!answer.ok) throw new Error(`${target} answered ${answer.status}`);
    return answer.text();
  };
  const list = await get('/tocsin/v1/incidents?limit=1000', service.token);
  const mine = await get(`/api/v2/incidents/mine/?page_size=${SAMPLED}`, source.token);
  const { items } = JSON.parse(list) as { items: { incidentId: string }[] };
  const timelines = [];
  for (const { incidentId } of items.slice(0, SAMPLED)) {
    timelines.push(await get(`/tocsin/v1/incidents/${incidentId}/timeline`, service.token));
  }
  return [list, mine, ...timelines].join('\n');
}

/** Has the kernel forget the highest memory so far (proc(5), clear_refs). */
async function forgetPeak({ process: { pid } }: Started): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined);
}

async function peakMegabytes({ process: { pid } }: Started): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1024;
}
