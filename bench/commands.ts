import { randomUUID } from 'node:crypto';
import { findOwnProcesses } from '../tools/ground/own-processes.js';
import { type BenchDatabase, makeDatabase, statement } from './database.js';
import { type BenchGround, compare, type Finding } from './harness.js';
import { canPin, cpuSeconds, end, moveAside } from './pinned.js';
import { makeAdminToken, makeSource, type Started, startService, startYardstick } from './service.js';
import { withIncidentTopics } from './topics.js';
import { load, loadTool } from './wrk.js';

const SECONDS = 5;
const CONNECTIONS = 64;
const GOAL = 0.25;

/**
 * `POST /api/v2/incidents/`, decided, written with its events and read model in one transaction, against Fastify that
 * writes one row. Both have one core and ten connections to one PostgreSQL; load, broker and database have the other.
 */
export function commands(ground: BenchGround): Promise<Finding[]> {
  return withIncidentTopics(ground, async (topics) => {
    const { brokers, home } = ground;
    moveAside([process.pid, ...(await findOwnProcesses(home)).map(({ pid }) => pid)]);
    console.log(`load by ${loadTool()}, ${canPin ? 'a core of its own for what is measured' : 'cores not separated'}`);
    const database = await makeDatabase(ground.databaseUrl);
    const service = { brokers, databaseUrl: database.url, ...topics, adminToken: makeAdminToken() };
    try {
      const { token } = await makeSource(service);
      const ours = { ...(await startService('incidents', service)), token };
      const yardstick = await startYardstick('insert', { DATABASE_URL: database.url });
      try {
        return [await compareSides(database, { ...ours, url: `${ours.url}/api/v2/incidents/` }, yardstick)];
      } finally {
        await Promise.all([end(ours.process), end(yardstick.process)]);
      }
    } finally {
      await database.drop();
    }
  });
}

async function compareSides(database: BenchDatabase, ours: Started, yardstick: Started): Promise<Finding> {
  const cost = new Map([ours, yardstick].map((side) => [side, { seconds: 0, answered: 0 }]));
  const side = (started: Started, table: string) => async (): Promise<number> => {
    const before = await rowsOf(database, table);
    const cpu = cpuSeconds(started.process) ?? NaN;
    const { answered, perSecond } = await post(started);
    cost.get(started)!.seconds += (cpuSeconds(started.process) ?? NaN) - cpu;
    cost.get(started)!.answered += answered;
    const rows = (await rowsOf(database, table)) - before;
    // What was under way when the load stopped may have been written and not been answered.
    if (rows < answered || rows > answered + 2 * CONNECTIONS) {
      throw new Error(`${answered} were answered with 201, ${rows} rows are in ${table}`);
    }
    return perSecond;
  };
  const finding = await compare({
    name: 'commands: POST /api/v2/incidents/, against Fastify and pg with one row',
    goal: GOAL,
    unit: 'requests/s',
    ours: side(ours, 'incidents.incident'),
    yardstick: side(yardstick, 'bench_incident'),
  });
  const micros = (started: Started): string => {
    const { seconds, answered } = cost.get(started)!;
    return Number.isNaN(seconds) ? 'not known here' : `${((seconds * 1e6) / answered).toFixed(0)} µs`;
  };
  console.log(`CPU a request: ours ${micros(ours)}, yardstick ${micros(yardstick)}`);
  return finding;
}

function post({ url, token }: Started): Promise<{ answered: number; perSecond: number }> {
  const body = {
    source_incident_id: `${randomUUID()}-%N%`,
    start_time: new Date().toISOString(),
    description: 'sw1.example.org does not answer',
    level: 3,
    details_url: 'https://nav.example.org/e/42',
    tags: ['host=sw1', 'location=eu-1', 'organization=net', 'event_type=boxState'].map((tag) => ({ tag })),
  };
  const headers = { 'content-type': 'application/json', authorization: `Token ${token}` };
  return load({ url, headers, body: JSON.stringify(body), connections: CONNECTIONS, seconds: SECONDS });
}

async function rowsOf({ url }: BenchDatabase, table: string): Promise<number> {
  const [row] = await statement<{ count: string }>(url, `select count(*) as count from ${table}`);
  return Number(row?.count);
}
