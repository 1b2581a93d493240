import { Kafka, logLevel } from 'kafkajs';
import { findOwnProcesses } from '../tools/ground/own-processes.js';
import { makeDatabase } from './database.js';
import { type BenchGround, compare, type Finding } from './harness.js';
import { canPin, cpuSeconds, end, moveAside } from './pinned.js';
import { makeAdminToken, type Started, startService, startYardstick } from './service.js';
import { withTopic } from './topics.js';
import { load, loadTool } from './wrk.js';

const SECONDS = 4;

/**
 * S1 and S2: ingestion with authentication, validation and the broker's acknowledgement, against Fastify that reads the
 * same bodies and does nothing. One core for whichever is measured; load, broker and database on the other.
 */
export const ingestOne = (ground: BenchGround): Promise<Finding[]> =>
  measure(ground, {
    name: 'S1 ingest, one event a POST, against a Fastify echo',
    events: 1,
    connections: 64,
    goal: 0.4,
  });

export const ingestBatch = (ground: BenchGround): Promise<Finding[]> =>
  measure(ground, {
    name: 'S2 ingest, 100 events a POST, against a Fastify echo',
    events: 100,
    connections: 32,
    goal: 0.3,
  });

function measure(ground: BenchGround, stage: Stage): Promise<Finding[]> {
  return withTopic(ground, async (topic) => {
    moveAside([process.pid, ...(await findOwnProcesses(ground.home)).map(({ pid }) => pid)]);
    console.log(`load by ${loadTool()}, ${canPin ? 'a core of its own for what is measured' : 'cores not separated'}`);
    const database = await makeDatabase(ground.databaseUrl);
    const [ours, echo] = await Promise.all([startIngestion(ground, database.url, topic), startYardstick('echo')]);
    try {
      return [await compareSides(ground, topic, ours, echo, stage)];
    } finally {
      await Promise.all([end(ours.process), end(echo.process)]);
      await database.drop();
    }
  });
}

interface Stage {
  readonly name: string;
  readonly events: number;
  readonly connections: number;
  readonly goal: number;
}

async function compareSides(
  ground: BenchGround,
  topic: string,
  ours: Started,
  echo: Started,
  { name, events, connections, goal }: Stage,
): Promise<Finding> {
  const one = alertEvent();
  const body = events === 1 ? one : `[${Array.from({ length: events }, () => one).join(',')}]`;
  const cost = new Map<Started, { seconds: number; events: number }>(
    [ours, echo].map((side) => [side, { seconds: 0, events: 0 }]),
  );
  const run = async (side: Started): Promise<{ answered: number; rate: number }> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${side.token}` };
    const before = cpuSeconds(side.process) ?? NaN;
    const { answered, perSecond } = await load({ url: side.url, headers, body, connections, seconds: SECONDS });
    cost.get(side)!.seconds += (cpuSeconds(side.process) ?? NaN) - before;
    cost.get(side)!.events += answered * events;
    return { answered: answered * events, rate: perSecond * events };
  };
  const finding = await compare({
    name,
    goal,
    unit: 'events/s',
    ours: async () => {
      const before = await written(ground, topic);
      const { answered, rate } = await run(ours);
      await accountFor(ground, topic, before, answered, connections * events);
      return rate;
    },
    yardstick: async () => (await run(echo)).rate,
  });
  console.log(`CPU an event: ours ${micros(cost.get(ours)!)}, yardstick ${micros(cost.get(echo)!)}`);
  return finding;
}

function micros({ seconds, events }: { seconds: number; events: number }): string {
  return Number.isNaN(seconds) ? 'not known here' : `${((seconds * 1e6) / events).toFixed(2)} µs`;
}

/** An alert of 440 bytes, some 17 fields. */
function alertEvent(): string {
  const labels = {
    alertname: 'HighErrorRate',
    severity: 'critical',
    platform: 'prod',
    service: 'checkout',
    facet: 'http',
    status: 'down',
    description: 'Too many errors',
    instance: '10.0.0.7:8080',
    job: 'checkout',
    team: 'shop',
  };
  const annotations = { summary: 'checkout answers with errors', location: 'eu-1' };
  const startsAt = new Date().toISOString();
  const generatorURL = 'https://prometheus.example.org/graph';
  return JSON.stringify({
    name: 'AlertFired',
    payload: { partition: 'main', labels, annotations, startsAt, generatorURL },
  });
}

/** @throws Error when fewer records lie on the log than were acknowledged, or more than were under way at the end */
async function accountFor(
  ground: BenchGround,
  topic: string,
  before: number,
  answered: number,
  underWay: number,
): Promise<void> {
  const records = (await written(ground, topic)) - before;
  if (records >= answered && records <= answered + 2 * underWay) return;
  throw new Error(`${answered} events were acknowledged, ${records} lie on the log`);
}

async function written({ brokers }: BenchGround, topic: string): Promise<number> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}

async function startIngestion({ brokers }: BenchGround, databaseUrl: string, topic: string): Promise<Started> {
  const started = await startService('ingestion', { brokers, databaseUrl, topic, adminToken: makeAdminToken() });
  return { ...started, url: `${started.url}/tocsin/v1/events` };
}
