import { Pool } from 'undici';
import { type BenchGround, type Finding, within } from './harness.js';
import { type SeededIncidents, withIncidents } from './incidents.js';

const OPEN = 10_000;
const REQUESTS = 2_000;
const CONNECTIONS = 4;
const MOST_MS = 50;

/**
 * What glue services ask at every turn (reference argus 5.3), with a large history behind it: all that is open of theirs,
 * and one incident by its id. Four connections that do not pause; the service has one core, PostgreSQL and load the other.
 */
export function queries(ground: BenchGround): Promise<Finding[]> {
  const { incidents = 1_000_000 } = ground.sizes;
  const open = Math.min(OPEN, incidents);
  return withIncidents(ground, { incidents, open, eventsEach: 2 }, async (seeded) => {
    const pages = await pagesOf(seeded, '/api/v2/incidents/mine/?open=true');
    if (pages.incidents !== open) throw new Error(`${pages.incidents} incidents are open instead of ${open}`);
    const id = (at: number): string => String((at * 7_919) % incidents);
    const asked: readonly (readonly [string, (at: number) => string])[] = [
      ['mine/?open=true', () => '/api/v2/incidents/mine/?open=true'],
      ['mine/?open=true, any of its pages', (at) => pages.paths[at % pages.paths.length]!],
      ['mine/?source_incident_id=', (at) => `/api/v2/incidents/mine/?source_incident_id=${id(at)}`],
    ];
    const findings: Finding[] = [];
    for (const [name, path] of asked) {
      await measure(seeded, path, REQUESTS / 10);
      const waits = await measure(seeded, path, REQUESTS);
      console.log(`${name}: p50 ${at(waits, 0.5)} ms, p99 ${at(waits, 0.99)} ms, max ${at(waits, 1)} ms`);
      findings.push(within(`queries: ${name}, p99`, 'ms', Number(at(waits, 0.99)), MOST_MS));
    }
    return findings;
  });
}

/** Milliseconds of each request, sorted. */
async function measure(
  { service, source }: SeededIncidents,
  path: (at: number) => string,
  count: number,
): Promise<readonly number[]> {
  const pool = new Pool(service.url, { connections: CONNECTIONS });
  const headers = { authorization: `Token ${source.token}`, 'content-type': 'application/json' };
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

function at(sorted: readonly number[], share: number): string {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
}
