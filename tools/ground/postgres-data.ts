import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, realpathSync, rmSync, renameSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findOwnProcesses, signalProcess, stopProcesses, waitForEnd, workingFolderOf } from './own-processes.js';
import { type PostgresInstallation } from './postgres-account.js';

const STOP_GRACE_MS = 10_000;
const BACKENDS_LEAVE_MS = 1000;

/** What makes a database cluster. */
export interface ClusterOptions {
  readonly data: string;
  readonly user: string;
  readonly password: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Makes the cluster at the first start: beside its place and renamed last, so that a start killed half way leaves no half cluster.
 * Collation is by code point on every machine: no index depends on the system's locale.
 */
export async function ensureCluster(installation: PostgresInstallation, options: ClusterOptions): Promise<void> {
  const { data, user, password, env } = options;
  if (existsSync(path.join(data, 'PG_VERSION'))) return;
  const draft = `${data}.new`;
  const passwordFile = `${data}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (installation.uid !== undefined) {
    for (const file of [draft, passwordFile]) chownSync(file, installation.uid, installation.gid ?? installation.uid);
  }
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const { command, args, ...owner } = installation.command(installation.initdb, [
    `--pgdata=${draft}`,
    ...access,
    ...locale,
  ]);
  try {
    await promisify(execFile)(command, [...args], { env: { ...env, LC_ALL: 'C' }, cwd: '/', ...owner });
    renameSync(draft, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * Takes away what a killed server left: a server that still runs is stopped, its orphaned backends are waited for
 * (they hold the shared memory that the next server needs), and a lock file that nobody holds any more is removed.
 */
export async function recoverCluster(home: string, data: string): Promise<void> {
  const servers = (await findOwnProcesses(home)).filter(({ service }) => service === 'postgres');
  const pids = servers.map(({ pid }) => pid);
  await stopProcesses(pids, 'SIGINT', STOP_GRACE_MS);
  if (process.platform !== 'linux' || !existsSync(data)) return;
  await endBackends(realpathSync(data));
  rmSync(path.join(data, 'postmaster.pid'), { force: true });
}

/** Backends end by themselves once they notice that the server is gone; one in a long statement is told to quit. */
async function endBackends(data: string): Promise<void> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const backends = all.filter((pid) => workingFolderOf(pid) === data);
  if (backends.length === 0 || (await waitForEnd(backends, BACKENDS_LEAVE_MS))) return;
  backends.forEach((pid) => signalProcess(pid, 'SIGQUIT'));
  if (!(await waitForEnd(backends, BACKENDS_LEAVE_MS))) await stopProcesses(backends, 'SIGKILL', BACKENDS_LEAVE_MS);
}
