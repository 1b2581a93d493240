import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkConfig, freePort, startProgram, until } from './programs.mjs';

const QUIET_MS = 8_000;

/** Targets that Prometheus scrapes: 200 while they are up, 503 while they are down. */
async function startTargets(count) {
  const up = Array.from({ length: count }, () => true);
  const servers = await Promise.all(
    up.map(async (_, at) => {
      const server = createServer((_request, response) => {
        const headers = { 'content-type': 'text/plain; version=0.0.4' };
        response.writeHead(up[at] ? 200 : 503, headers).end('demo 1\n');
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  return {
    addresses: servers.map((server) => `127.0.0.1:${server.address().port}`),
    set: (at, state) => void (up[at] = state),
    stop: () => servers.forEach((server) => (server.closeAllConnections(), server.close())),
  };
}

/**
 * Prometheus that scrapes, judges, and tells Alertmanager and Tocsin directly (reference assisted-and-ses D2).
 * @returns {Promise<{ targets: { addresses: string[], set(at: number, up: boolean): void }, stop(): Promise<void> }>}
 */
export async function startPrometheus({ tocsin, alertmanager, partition, run, folder }) {
  const targets = await startTargets(2);
  const port = await freePort();
  const file = path.join(folder, 'prom.yml');
  await writeFile(file, configuration({ targets, tocsin, alertmanager, partition }));
  await writeFile(path.join(folder, 'rules.yml'), rules(run));
  await checkConfig('promtool', ['check', 'config', file]);
  const listen = `127.0.0.1:${port}`;
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${path.join(folder, 'prom-data')}`,
    `--web.listen-address=${listen}`,
    '--web.external-url=http://prometheus.example:9090',
    '--web.route-prefix=/',
    '--rules.alert.resend-delay=3s',
  ];
  const program = await startProgram({ name: 'prometheus', args, folder, ready: `http://${listen}/-/ready` });
  const stop = async () => {
    await program.stop();
    targets.stop();
  };
  return { targets, stop };
}

function configuration({ targets, tocsin, alertmanager, partition }) {
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '900ms', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'etcd', static_configs: [{ targets: targets.addresses }] }],
    alerting: {
      alertmanagers: [
        { static_configs: [{ targets: [new URL(alertmanager.url).host] }] },
        {
          path_prefix: `/alerts/${partition}`,
          basic_auth: { username: 'prometheus', password: tocsin.token },
          timeout: '5s',
          static_configs: [{ targets: [tocsin.host] }],
        },
      ],
    },
  });
}

function rules(run) {
  const rule = (alert, value, status, severity) => ({
    alert,
    expr: `up{job="etcd"} == ${value}`,
    labels: { platform: 'p1', service: 'etcd', facet: 'node', status, severity, description: `etcd is ${status}`, run },
    annotations: { location: '{{ $labels.instance }}' },
  });
  const both = [rule('ServiceDown', 0, 'down', 'critical'), rule('ServiceUp', 1, 'up', 'info')];
  return JSON.stringify({ groups: [{ name: 'service-status', rules: both }] });
}

/**
 * Takes a target down and up again. Whichever way the alert comes, and however often, it is one incident, and the status
 * changes twice.
 * @returns {Promise<string[]>} figures, a line each @throws Error naming what is not as it should be
 */
export async function statusThrough({ prometheus: { targets }, tocsin, partition, run }) {
  const [location] = targets.addresses;
  const statuses = async () =>
    (await tocsin.history(partition))
      .filter((row) => row.location === location && row.transition)
      .map(({ status }) => status);
  const incidents = () => tocsin.incidents(`run=${run}`);
  await until('both targets to be known as up', async () => (await statuses()).join() === 'up');
  const down = await clocked(
    () => targets.set(0, false),
    'an open incident',
    async () => (await incidents()).some(({ status }) => status === 'open'),
  );
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const up = await clocked(
    () => targets.set(0, true),
    'the incident to be closed',
    async () => (await incidents()).every(({ status }) => status === 'closed'),
  );
  await until('the status to be up again', async () => (await statuses()).at(-1) === 'up');
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const [seen, found] = [await statuses(), await incidents()];
  if (seen.join() !== 'up,down,up')
    throw new Error(`expected the status to be up, down, up; it was ${seen.join(', ')}`);
  if (found.length !== 1) throw new Error(`expected one incident, found ${found.length}`);
  return [
    `one outage, told by Alertmanager and by Prometheus itself and repeated for ${(2 * QUIET_MS) / 1000} s: 1 incident, status up, down, up`,
    `target down until the incident is open: ${Math.round(down)} ms; up until it is closed: ${Math.round(up)} ms (scraped and judged once a second)`,
  ];
}

async function clocked(act, what, look) {
  const began = performance.now();
  act();
  await until(what, look);
  return performance.now() - began;
}
