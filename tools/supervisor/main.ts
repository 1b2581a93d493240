import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../config.js';
import { birthOf } from '../ground/own-processes.js';
import { type InstallationSecrets } from '../ground/secrets.js';
import { replicated, type ServiceEntry, services as allServices } from '../services.js';
import { Installation } from './installation.js';
import { firstSteps } from './first-steps.js';
import { npmParents, watchParents } from './parents.js';
import { type InstanceFile, holdHome, releaseHome } from './instance-file.js';

/** npm passes on the signal that the terminal sends to all: two so close together are one wish. */
const SAME_SIGNAL_MS = 1000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Why it stops, as told to the user; a thrown error when the start failed. */
type Ending = string;

/**
 * Runs an installation in the foreground until it is told to stop.
 * @throws one-line errors for what a person must change; everything that was started is stopped before
 */
export async function main({
  root,
  services = allServices,
}: {
  root: string;
  services?: readonly ServiceEntry[];
}): Promise<void> {
  const config = readConfig();
  const url = `http://127.0.0.1:${config.port}`;
  const parents = npmParents(config.environment);
  const instanceFile: InstanceFile = {
    pid: process.pid,
    birth: birthOf(process.pid),
    url,
    parents,
    state: 'starting',
    processes: {},
  };
  const say = (line: string): void => console.log(line);
  mkdirSync(config.home, { recursive: true });
  await holdHome(config.home, instanceFile, say);
  const wanted = services.filter(({ sink }) => sink === undefined || config.sinks.includes(sink));
  const running = replicated(wanted, config.replicas);
  const installation = new Installation({ root, config, services: running, instanceFile, say });
  const ending = whenToldToStop(installation, parents);
  try {
    const secrets = await Promise.race([installation.start(), ending]);
    if (typeof secrets !== 'string') announce(url, config.home, secrets, say);
    say(`stopping      ${await ending}`);
  } finally {
    await installation.stop();
    releaseHome(config.home);
  }
  say('stopped');
  process.exit(0);
}

/** Resolves at the first wish to stop; the second one ends everything at once. */
function whenToldToStop(installation: Installation, parents: InstanceFile['parents']): Promise<Ending> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const told = (why: string): void => {
      const now = performance.now();
      if (first === undefined) {
        first = now;
        resolve(why);
      } else if (now - first > SAME_SIGNAL_MS) {
        void installation.stopAtOnce().finally(() => process.exit(1));
      }
    };
    for (const signal of STOP_SIGNALS) process.on(signal, () => told(signal));
    watchParents(parents, () => told('npm is gone'));
  });
}

function announce(url: string, home: string, secrets: InstallationSecrets, say: (line: string) => void): void {
  if (secrets.adminTokenIsNew)
    say(`admin token   ${secrets.adminToken}\n              shown once; kept in ${path.join(home, 'admin-token')}`);
  say(`logs          ${path.join(home, 'logs')}`);
  say(firstSteps);
  say(`Tocsin is ready: ${url}`);
}
