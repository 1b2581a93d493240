import { type SlackCall } from '#libs/testing';
import { Pool } from 'undici';
import { startTrial, type Trial } from '../tools/system/trial.js';
import { type Alertmanager, startAlertmanager } from './alertmanager.js';
import { cpuOf, spentEach } from './cpu-account.js';
import { type BenchGround, type Finding, within } from './harness.js';
import { type Arrivals, type Rate, sendAtRate, waitsOf } from './open-loop.js';

const RATES: readonly Rate[] = [
  { perSecond: 200, seconds: 15, bound: 40 },
  { perSecond: 1000, seconds: 10, bound: 100 },
];
const WARM_UP: Rate = { perSecond: 400, seconds: 8, bound: Infinity };

/**
 * S8: an alert is posted to ingestion, and the call for its message arrives at a Slack stand-in: through the whole
 * system as `npm start` runs it, each alert an incident of its own. The stand-in and the load share one process. Where
 * Debian's Alertmanager is installed, it does the same without a log, from its POST to its webhook.
 */
export async function endToEnd({ home }: BenchGround): Promise<Finding[]> {
  const alertmanager = await startAlertmanager(home);
  try {
    if (alertmanager) for (const rate of RATES) await measureAlertmanager(alertmanager, rate);
    else console.log('S8: no prometheus-alertmanager here to run beside');
  } finally {
    await alertmanager?.stop();
  }
  return measureOurs();
}

async function measureAlertmanager(alertmanager: Alertmanager, rate: Rate): Promise<void> {
  const name = `am-${rate.perSecond}`;
  const scheduled = await sendAtRate(rate, name, (alert) => alertmanager.post(alert));
  const { line } = await waitsOf(
    `S8 Alertmanager ${alertmanager.version}, ${rate.perSecond}/s`,
    scheduled,
    alertmanager.arrivals,
    false,
  );
  console.log(line);
}

async function measureOurs(): Promise<Finding[]> {
  const arrivals: Arrivals = new Map();
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

async function measure(trial: Trial, rate: Rate, arrivals: Arrivals, name: string): Promise<Finding> {
  const before = cpuOf(trial.system.pids());
  const pool = new Pool(`http://127.0.0.1:${trial.system.portOf(1)}`, { connections: 64 });
  const authorization = `Bearer ${trial.system.adminToken}`;
  const scheduled = await sendAtRate(rate, name, (alert) => post(pool, authorization, alert));
  await pool.close();
  const { p99, line } = await waitsOf(`S8 ${name}/s`, scheduled, arrivals);
  console.log(line);
  console.log(`CPU an alert, ms: ${spentEach(before, cpuOf(trial.system.pids()), scheduled.size)}`);
  return within(`S8 alert to Slack call at ${rate.perSecond}/s, p99`, 'ms', p99, rate.bound);
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
