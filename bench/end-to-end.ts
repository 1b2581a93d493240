import { type SlackCall } from '#libs/testing';
import { Pool } from 'undici';
import { startTrial, type Trial } from '../tools/system/trial.js';
import { cpuOf, spentEach } from './cpu-account.js';
import { type BenchGround, type Finding, within } from './harness.js';

/** An open loop: the schedule does not wait for answers, so what waits in a queue counts. */
interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
  /** Most milliseconds from the scheduled POST to the call at Slack, of 99 in 100. */
  readonly bound: number;
}

const RATES: readonly Rate[] = [
  { perSecond: 200, seconds: 15, bound: 40 },
  { perSecond: 1000, seconds: 10, bound: 100 },
];
const WARM_UP: Rate = { perSecond: 400, seconds: 8, bound: Infinity };
const REST_MS = 60_000;

/**
 * S8: an alert is posted to ingestion, and the call for its message arrives at a Slack stand-in: through the whole
 * system as `npm start` runs it, each alert an incident of its own. The stand-in and the load share one process.
 */
export async function endToEnd(_: BenchGround): Promise<Finding[]> {
  const arrivals = new Map<string, number[]>();
  const onCall = ({ method, args, at }: SlackCall): void => {
    const alert = /bench (\S+)/.exec(args['text'] ?? '')?.[1];
    if (alert === undefined || method !== 'chat.postMessage') return;
    arrivals.set(alert, [...(arrivals.get(alert) ?? []), at]);
  };
  const trial = await startTrial({ SLACK_POST_RATE: '80000' }, { onCall, forgetful: true });
  try {
    await measure(trial, WARM_UP, arrivals, 'warm');
    const findings: Finding[] = [];
    for (const rate of RATES) findings.push(await measure(trial, rate, arrivals, String(rate.perSecond)));
    return findings;
  } finally {
    await trial.stop();
  }
}

async function measure(trial: Trial, rate: Rate, arrivals: Map<string, number[]>, name: string): Promise<Finding> {
  const before = cpuOf(trial.system.pids());
  const scheduled = await send(trial, rate, name);
  const until = performance.now() + REST_MS;
  while (performance.now() < until && [...scheduled.keys()].some((alert) => !arrivals.has(alert))) await pause(20);
  const missing = [...scheduled.keys()].filter((alert) => !arrivals.has(alert)).length;
  const double = [...scheduled.keys()].filter((alert) => (arrivals.get(alert)?.length ?? 0) > 1).length;
  if (missing + double > 0)
    throw new Error(`S8: of ${scheduled.size} alerts ${missing} were not told, ${double} twice`);
  const waits = [...scheduled].map(([alert, at]) => arrivals.get(alert)![0]! - at).sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!;
  const figures = [0.5, 0.9, 0.99, 0.999].map((share) => `p${share * 100} ${at(share).toFixed(1)}`);
  console.log(`S8 ${name}/s: ${waits.length} alerts, ms: ${figures.join(', ')}, max ${waits.at(-1)!.toFixed(1)}`);
  console.log(`CPU an alert, ms: ${spentEach(before, cpuOf(trial.system.pids()), waits.length)}`);
  return within(`S8 alert to Slack call at ${rate.perSecond}/s, p99`, 'ms', at(0.99), rate.bound);
}

/** Posts alerts by the schedule; answers when each was due, milliseconds of `performance.now()`. */
async function send(trial: Trial, rate: Rate, name: string): Promise<ReadonlyMap<string, number>> {
  const pool = new Pool(`http://127.0.0.1:${trial.system.portOf(1)}`, { connections: 64 });
  const authorization = `Bearer ${trial.system.adminToken}`;
  const scheduled = new Map<string, number>();
  const answers: Promise<void>[] = [];
  const started = performance.now() + 50;
  for (let n = 0; n < rate.perSecond * rate.seconds; n++) {
    const due = started + (n * 1000) / rate.perSecond;
    const alert = `${name}-${n}`;
    while (performance.now() < due) await pause(Math.max(0, due - performance.now() - 1));
    scheduled.set(alert, due);
    answers.push(post(pool, authorization, alert));
  }
  await Promise.all(answers);
  await pool.close();
  return scheduled;
}

async function post(pool: Pool, authorization: string, alert: string): Promise<void> {
  const body = JSON.stringify({
    version: '4',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'Bench', severity: 'critical', instance: alert },
        annotations: { summary: `bench ${alert}` },
        startsAt: new Date().toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'https://prometheus.example.org/graph',
      },
    ],
  });
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await pool.request({ method: 'POST', path: '/alerts/bench', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`S8: an alert was answered with ${answer.statusCode}: ${text}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => (milliseconds < 1 ? setImmediate(resolve) : setTimeout(resolve, milliseconds)));
}
