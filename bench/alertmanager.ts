import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { freePort } from '../tools/ground/ports.js';
import { type Arrivals } from './open-loop.js';

/** A running Alertmanager whose webhook is ours. */
export interface Alertmanager {
  readonly version: string;
  /** When its webhook told of each alert. */
  readonly arrivals: Arrivals;
  post(alert: string): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = 'prometheus-alertmanager';
const READY_MS = 10_000;

/** Debian's Alertmanager with `group_wait` 0 and each alert a group of its own; undefined where it is not installed. */
export async function startAlertmanager(home: string): Promise<Alertmanager | undefined> {
  const version = installedVersion();
  if (version === undefined) return undefined;
  const arrivals: Arrivals = new Map();
  const webhook = await startWebhook(arrivals);
  const folder = await mkdtemp(path.join(home, 'alertmanager-'));
  const listen = `127.0.0.1:${await freePort()}`;
  await writeFile(path.join(folder, 'am.yml'), configuration((webhook.address() as AddressInfo).port));
  const child = spawn(
    PROGRAM,
    [
      `--config.file=${folder}/am.yml`,
      `--storage.path=${folder}/data`,
      `--web.listen-address=${listen}`,
      '--cluster.listen-address=',
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stderr.pipe(createWriteStream(path.join(folder, 'log')));
  child.stdout.resume();
  await ready(`http://${listen}/-/ready`);
  const pool = new Pool(`http://${listen}`, { connections: 64 });
  return {
    version,
    arrivals,
    post: (alert) => post(pool, alert),
    stop: async () => {
      await pool.close();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      webhook.closeAllConnections();
      webhook.close();
    },
  };
}

function installedVersion(): string | undefined {
  try {
    return /version (\S+)/.exec(
      execFileSync(PROGRAM, ['--version'], { stdio: ['ignore', 'pipe', 'pipe'] }).toString(),
    )?.[1];
  } catch {
    return undefined;
  }
}

/** JSON is YAML. */
function configuration(port: number): string {
  return JSON.stringify({
    route: { receiver: 'bench', group_by: ['...'], group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [{ name: 'bench', webhook_configs: [{ url: `http://127.0.0.1:${port}/` }] }],
  });
}

async function startWebhook(arrivals: Arrivals): Promise<Server> {
  const server = createServer((request, response) => {
    const at = performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        alerts: { labels: { instance: string } }[];
      };
      for (const { labels } of alerts) arrivals.set(labels.instance, [...(arrivals.get(labels.instance) ?? []), at]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function ready(url: string): Promise<void> {
  const until = performance.now() + READY_MS;
  for (;;) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (performance.now() > until) throw new Error(`${PROGRAM} was not ready within ${READY_MS} ms`);
    await sleep(50);
  }
}

async function post(pool: Pool, alert: string): Promise<void> {
  const now = Date.now();
  const body = JSON.stringify([
    {
      labels: { alertname: 'Bench', severity: 'critical', instance: alert },
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + 600_000).toISOString(),
    },
  ]);
  const answer = await pool.request({
    method: 'POST',
    path: '/api/v2/alerts',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`Alertmanager answered ${answer.statusCode}`);
}
