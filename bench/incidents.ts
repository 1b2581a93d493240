import { setTimeout as delay } from 'node:timers/promises';
import { findOwnProcesses } from '../tools/ground/own-processes.js';
import { makeDatabase, statement } from './database.js';
import { type BenchGround, grouped } from './harness.js';
import { end, moveAside } from './pinned.js';
import { type Seed, seedLog } from './seed.js';
import { ask, makeAdminToken, makeSource, type SourceIdentity, type Started, startService } from './service.js';
import { withIncidentTopics } from './topics.js';

/** The incidents service with incidents in it, that came over the log. */
export interface SeededIncidents {
  /** Its token is the admin's. */
  readonly service: Started;
  readonly source: SourceIdentity;
  readonly databaseUrl: string;
  readonly events: number;
}

/** One read model as the service tells of it. */
export interface ProjectionState {
  readonly name: string;
  readonly state: string;
  readonly generation: number;
  readonly lag: number | null;
}

const LOOK_MS = 250;

/** Does `work` with a service that has folded the events of a seed from the log, on a core of its own. */
export function withIncidents<T>(
  ground: BenchGround,
  seed: Seed,
  work: (seeded: SeededIncidents) => Promise<T>,
): Promise<T> {
  return withIncidentTopics(ground, async (topics) => {
    moveAside([process.pid, ...(await findOwnProcesses(ground.home)).map(({ pid }) => pid)]);
    const database = await makeDatabase(ground.databaseUrl);
    const place = { brokers: ground.brokers, databaseUrl: database.url, ...topics, adminToken: makeAdminToken() };
    try {
      const source = await makeSource(place);
      const events = await seedLog(ground.brokers, topics.topic, source, seed);
      const started = performance.now();
      const service = await startService('incidents', place);
      try {
        await whenFolded(service);
        const seconds = (performance.now() - started) / 1000;
        console.log(
          `seeded through the log: ${grouped(events)} events of ${grouped(seed.incidents)} incidents, folded in ${seconds.toFixed(0)} s`,
        );
        await expectIncidents(database.url, seed.incidents);
        // As autovacuum leaves it a minute later.
        await statement(database.url, 'vacuum analyze');
        return await work({ service, source, databaseUrl: database.url, events });
      } finally {
        await end(service.process);
      }
    } finally {
      await database.drop();
    }
  });
}

export async function projectionOf(service: Started): Promise<ProjectionState> {
  const { items } = await ask<{ items: ProjectionState[] }>(service, 'GET', '/tocsin/v1/projections');
  const found = items.find(({ name }) => name === 'incidents');
  if (!found) throw new Error('there is no projection of incidents');
  return found;
}

async function whenFolded(service: Started): Promise<void> {
  while ((await projectionOf(service)).lag !== 0) await delay(LOOK_MS);
}

async function expectIncidents(databaseUrl: string, count: number): Promise<void> {
  const [row] = await statement<{ count: number }>(
    databaseUrl,
    'select count(*)::int as count from incidents.view_incident',
  );
  if (row?.count !== count) throw new Error(`${row?.count} incidents are there instead of ${count}`);
}
