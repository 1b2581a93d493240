/** Installs the locked dependencies where they are absent or another lockfile's. Only Node's own modules: nothing else is there yet. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @param {{ root: string, say?: (line: string) => void }} where the repository, and where progress goes
 * @throws Error with the end of npm's own output and the path of all of it
 */
export async function ensureDependencies({ root, say = console.log }) {
  if (isInstalled(root)) return;
  const release = await lockInstall(root, say);
  try {
    if (isInstalled(root)) return;
    await install(root, say);
    if (!isInstalled(root))
      throw new Error('npm ci ended well, but node_modules does not hold what package-lock.json says');
  } finally {
    release();
  }
}

/** npm writes what it installed into node_modules/.package-lock.json last of all, so half an installation never matches. */
export function isInstalled(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const present = readPackages(path.join(root, 'node_modules/.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([folder, entry]) => {
    if (folder === '' || entry.link === true) return true;
    const found = present[folder];
    return found === undefined ? entry.optional === true || entry.peer === true : found.version === entry.version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install(root, say) {
  const packages = Object.keys(readPackages(path.join(root, 'package-lock.json')) ?? {}).length - 1;
  const log = path.join(root, 'dist', 'npm-ci.log');
  say(`dependencies  installing the ${packages} packages of package-lock.json (npm ci)`);
  const started = Date.now();
  const timer = setInterval(() => say(`dependencies  ... ${seconds(started)} s`), 5000);
  const code = await npmCi(root, log).finally(() => clearInterval(timer));
  if (code === 0) return say(`dependencies  installed in ${seconds(started)} s`);
  throw new Error(`${essence(readFileSync(log, 'utf8'))}\nnpm ci failed (${code}); all of its output is in ${log}`);
}

/** npm tells the reason first and a page of usage after it. */
function essence(output) {
  const lines = output.trimEnd().split('\n');
  const errors = lines.filter((line) => line.startsWith('npm error') && line.trim() !== 'npm error');
  return (errors.length > 0 ? errors.slice(0, 10) : lines.slice(-10)).join('\n');
}

const seconds = (since) => Math.round((Date.now() - since) / 1000);

function npmCi(root, log) {
  const output = openSync(log, 'w');
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const [command, ...rest] = npm?.endsWith('.js') ? [process.execPath, npm, ...args] : ['npm', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { cwd: root, stdio: ['ignore', output, output] });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  }).finally(() => closeSync(output));
}

/** One installation of a checkout at a time: two starts side by side would delete each other's node_modules. */
async function lockInstall(root, say) {
  const file = path.join(root, 'dist', 'install.lock');
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; ;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(holder(file))) rmSync(file, { force: true });
    else if (!told) say(`dependencies  waiting for process ${holder(file)}, which installs them`);
    told = true;
    await delay(300);
  }
}

function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
