/**
 * Runs Debian's own Alertmanager and Prometheus against a running Tocsin (reference assisted-and-ses D1, D2), prints
 * figures, and ends what it started. It installs nothing unless `--install` says so.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { alertsThrough, startAlertmanager } from './real/alertmanager.mjs';
import { absentPrograms, installPrograms, versionOf } from './real/programs.mjs';
import { startPrometheus, statusThrough } from './real/prometheus.mjs';
import { Tocsin } from './real/tocsin.mjs';

const HELP = `node tools/real-alertmanager.mjs [--url http://127.0.0.1:4000] [--token <token>] [--install]

Sends alerts through the real Alertmanager and Prometheus of Debian to a Tocsin that runs already, and looks at what
became of them. Takes about a minute.

  --url      the origin; else 127.0.0.1 and PORT, or 4000
  --token    may send and read; else TOCSIN_ADMIN_TOKEN, or the file admin-token in TOCSIN_HOME (.tocsin)
  --install  installs the two programs with apt-get where they are absent (needs root)
`;

const LIMIT_MS = 180_000;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    install: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const stops = [];

try {
  await havePrograms(values.install === true);
  const tocsin = new Tocsin({
    url: (values.url ?? `http://127.0.0.1:${process.env.PORT ?? '4000'}`).replace(/\/$/, ''),
    token: values.token ?? (await ownToken()),
  });
  await withinLimit(scenarios(tocsin));
} catch (error) {
  console.error(`real-alertmanager: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop().catch(() => undefined);
}

async function scenarios(tocsin) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-real-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const id = randomUUID().slice(0, 8);
  const partition = `real-${id}`;
  const alertmanager = await startAlertmanager({ tocsin, partition, folder });
  stops.push(alertmanager.stop);
  report(
    `Alertmanager ${await versionOf('prometheus-alertmanager')}`,
    await alertsThrough({ alertmanager, tocsin, run: `am-${id}` }),
  );
  const run = `prom-${id}`;
  const prometheus = await startPrometheus({ tocsin, alertmanager, partition, run, folder });
  stops.push(prometheus.stop);
  report(`Prometheus ${await versionOf('prometheus')}`, await statusThrough({ prometheus, tocsin, partition, run }));
}

function report(what, figures) {
  for (const figure of figures) console.log(`${what}: ${figure}`);
}

async function withinLimit(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function havePrograms(install) {
  const absent = await absentPrograms();
  if (absent.length === 0) return;
  if (!install) throw new Error(`${absent.join(' and ')} not installed; --install does that with apt-get`);
  await installPrograms();
}

async function ownToken() {
  if (process.env.TOCSIN_ADMIN_TOKEN) return process.env.TOCSIN_ADMIN_TOKEN;
  const file = path.join(process.env.TOCSIN_HOME ?? '.tocsin', 'admin-token');
  return (
    await readFile(file, 'utf8').catch(() => {
      throw new Error(`no token: give --token, TOCSIN_ADMIN_TOKEN, or the file ${file}`);
    })
  ).trim();
}
