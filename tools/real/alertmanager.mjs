import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkConfig, freePort, startProgram, until } from './programs.mjs';
import { spreadOf } from './tocsin.mjs';

const ALERTS = 50;
const BETWEEN_MS = 40;

/**
 * Alertmanager with its webhook at Tocsin (reference assisted-and-ses D1).
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 */
export async function startAlertmanager({ tocsin, partition, folder }) {
  const port = await freePort();
  const file = path.join(folder, 'am.yml');
  await writeFile(file, configuration(tocsin, partition));
  await checkConfig('amtool', ['check-config', file]);
  const listen = `127.0.0.1:${port}`;
  const args = [
    `--config.file=${file}`,
    `--storage.path=${path.join(folder, 'am-data')}`,
    `--web.listen-address=${listen}`,
    '--cluster.listen-address=',
    '--web.external-url=http://alertmanager.example:9093',
    '--web.route-prefix=/',
  ];
  const program = await startProgram({
    name: 'prometheus-alertmanager',
    args,
    folder,
    ready: `http://${listen}/-/ready`,
  });
  return { url: `http://${listen}`, stop: program.stop };
}

function configuration({ url, token }, partition) {
  return JSON.stringify({
    route: { receiver: 'tocsin', group_by: ['...'], group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      {
        name: 'tocsin',
        webhook_configs: [
          {
            url: `${url}/alerts/${partition}`,
            http_config: { basic_auth: { username: 'alertmanager', password: token } },
          },
        ],
      },
    ],
  });
}

/**
 * Fires alerts at Alertmanager and resolves them; each must become one incident with its own times.
 * @returns {Promise<string[]>} figures, a line each @throws Error naming what is not as it should be
 */
export async function alertsThrough({ alertmanager, tocsin, run }) {
  const began = Date.now();
  const alerts = Array.from({ length: ALERTS }, (_, number) => ({
    number,
    labels: { alertname: 'RealAlert', severity: 'warning', run, number: String(number) },
    startsAt: new Date(began - 60_000 + number).toISOString(),
    endsAt: new Date(began + 3_600_000).toISOString(),
  }));
  const opened = await timed(alerts, tocsin, run, 'open', (alert) => push(alertmanager.url, alert));
  const ends = new Date(Date.now() - 1000).toISOString();
  const closed = await timed(alerts, tocsin, run, 'closed', (alert) =>
    push(alertmanager.url, { ...alert, endsAt: ends }),
  );
  await expectOneEach(alerts, await tocsin.incidents(`run=${run}`), ends);
  return [
    `${ALERTS} alerts, ${ALERTS} incidents, ${ALERTS} closed, 0 double`,
    `POST to Alertmanager until the incident can be read: ${spreadOf(opened)}`,
    `the same until it is closed (its groups flush once a second): ${spreadOf(closed)}`,
  ];
}

/** Milliseconds from the push of each alert until its incident has `status`. */
async function timed(alerts, tocsin, run, status, send) {
  const pushedAt = new Map();
  const seenAt = new Map();
  const watch = until(`${alerts.length} incidents to be ${status}`, async () => {
    for (const incident of await tocsin.incidents(`run=${run}`)) {
      const number = numberOf(incident);
      if (incident.status === status && !seenAt.has(number)) seenAt.set(number, performance.now());
    }
    return seenAt.size === alerts.length;
  });
  for (const alert of alerts) {
    pushedAt.set(alert.number, performance.now());
    await send(alert);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  await watch;
  return alerts.map(({ number }) => seenAt.get(number) - pushedAt.get(number));
}

function numberOf({ tags }) {
  return Number(tags.find((tag) => tag.startsWith('number='))?.slice('number='.length));
}

async function push(url, { labels, startsAt, endsAt }) {
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, startsAt, endsAt }]),
  });
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}: ${await answer.text()}`);
}

function expectOneEach(alerts, incidents, ends) {
  for (const { number, startsAt } of alerts) {
    const own = incidents.filter((incident) => numberOf(incident) === number);
    if (own.length !== 1) throw new Error(`alert ${number} has ${own.length} incidents`);
    const [{ startTime, endTime }] = own;
    if (startTime !== startsAt) throw new Error(`alert ${number} began at ${startsAt}, its incident at ${startTime}`);
    if (endTime !== ends) throw new Error(`alert ${number} ended at ${ends}, its incident at ${endTime}`);
  }
}
