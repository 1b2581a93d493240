import { Pool } from 'undici';
import { type BenchGround, type Finding, within } from './harness.js';
import { type SeededIncidents, withIncidents } from './incidents.js';
import { momentOf, type Seed } from './seed.js';

const OPEN = 10_000;
const REQUESTS = 2_000;
const CONNECTIONS = 4;
const MOST_MS = 50;
/** A list as of a moment may take so many times as long as the list of now. */
const MOST_TIMES = 3;
const LISTS = ['/tocsin/v1/incidents?limit=100', '/tocsin/v1/incidents?limit=100&status=open'];

/**
 * What glue services ask at every turn (reference argus 5.3), with a large history behind it: all that is open of theirs,
 * and one incident by its id. Four connections that do not pause; the service has one core, PostgreSQL and load the other.
 */
export function queries(ground: BenchGround): Promise<Finding[]> {
  const { incidents = 1_000_000, events = 2 * incidents } = ground.sizes;
  const seed = { incidents, open: Math.min(OPEN, incidents), eventsEach: Math.max(2, Math.round(events / incidents)) };
  return withIncidents(ground, seed, async (seeded) => [
    ...(await argusQueries(seeded, seed)),
    ...(await timeTravel(seeded, seed)),
  ]);
}

async function argusQueries(seeded: SeededIncidents, { incidents, open }: Seed): Promise<Finding[]> {
  const { token } = seeded.source;

  const pages = await pagesOf(seeded, '/api/v2/incidents/mine/?open=true');
  if (pages.incidents !== open) throw new Error(`${pages.incidents} incidents are open instead of ${open}`);
  const asked: readonly (readonly [string, (at: number) => string])[] = [
    ['mine/?open=true', () => '/api/v2/incidents/mine/?open=true'],
    ['mine/?open=true, any of its pages', (at) => pages.paths[at % pages.paths.length]!],
    [
      'mine/?source_incident_id=',
      (at) => `/api/v2/incidents/mine/?source_incident_id=${String((at * 7_919) % incidents)}`,
    ],
  ];
  const findings: Finding[] = [];
  for (const [name, path] of asked) {
    const p99 = await measure(seeded, token, name, path, REQUESTS);
    findings.push(within(`queries: ${name}, p99`, 'ms', p99, MOST_MS));
  }
  return findings;
}

/** Lists as of moments spread over the whole history, what was known then and what is known now, against the lists of now. */
async function timeTravel(seeded: SeededIncidents, seed: Seed): Promise<Finding[]> {
  const { token } = seeded.service;
  const findings: Finding[] = [];
  for (const list of LISTS) {
    const live = await measure(seeded, token, list, () => list, REQUESTS / 10);
    for (const known of ['at', 'now']) {
      const path = (at: number): string => `${list}&known=${known}&asOf=${momentOf(seed, ((at * 37) % 100) / 100)}`;
      const asOf = await measure(seeded, token, `${list}&asOf=&known=${known}`, path, REQUESTS / 10);
      findings.push(within(`queries: ${list}&asOf=&known=${known}, p99`, 'ms', asOf, MOST_TIMES * live));
    }
  }
  return findings;
}

/** Asks a tenth of it to warm up, then all of it, and tells the figures. @returns p99 in milliseconds */
async function measure(
  seeded: SeededIncidents,
  token: string,
  name: string,
  path: (at: number) => string,
  count: number,
): Promise<number> {
  await waitsOf(seeded, token, path, count / 10);
  const waits = await waitsOf(seeded, token, path, count);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!;
  const [p50, p99, most] = [at(0.5), at(0.99), at(1)].map((wait) => wait.toFixed(1));
  console.log(`${name}: p50 ${p50} ms, p99 ${p99} ms, max ${most} ms`);
  return at(0.99);
}

/** Milliseconds of each request, sorted. */
async function waitsOf(
  { service }: SeededIncidents,
  token: string,
  path: (at: number) => string,
  count: number,
): Promise<readonly number[]> {
  const pool = new Pool(service.url, { connections: CONNECTIONS });
  const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
  const waits: number[] = [];
  let next = 0;
  const askOn = async (): Promise<void> => {
    while (next < count) {
      const started = performance.now();
      const answer = await pool.request({ method: 'GET', path: path(next++), headers });
      const text = await answer.body.text();
      waits.push(performance.now() - started);
      if (answer.statusCode !== 200) throw new Error(`answered with ${answer.statusCode}: ${text.slice(0, 300)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, askOn));
  } finally {
    await pool.close();
  }
  return waits.sort((a, b) => a - b);
}

/** Every page of a list, by its path, as a page loop asks for them. */
async function pagesOf(
  { service, source }: SeededIncidents,
  first: string,
): Promise<{ paths: string[]; incidents: number }> {
  const paths: string[] = [];
  let incidents = 0;
  for (let path: string | null = first; path !== null;) {
    paths.push(path);
    const answer = await fetch(service.url + path, { headers: { authorization: `Token ${source.token}` } });
    const page = (await answer.json()) as { next: string | null; results: unknown[] };
    incidents += page.results.length;
    path = page.next === null ? null : new URL(page.next).pathname + new URL(page.next).search;
  }
  return { paths, incidents };
}
