import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startTrial } from '../tools/system/trial.js';
import { cpuOf } from './cpu-account.js';
import { type BenchGround, type Finding, within } from './harness.js';

const SETTLE_MS = 30_000;
const IDLE_MS = 30_000;
const MOST_SERVICE_MB = 120;
const MOST_CPU_PERCENT = 0.5;
const MOST_ALL_MB = 2048;

/**
 * S12: memory and CPU of every process of an idle installation, half a minute after its start, over half a minute. Memory
 * is resident; for PostgreSQL it is the sum of what its processes have for themselves (Pss).
 */
export async function footprint(_: BenchGround): Promise<Finding[]> {
  const trial = await startTrial();
  try {
    await delay(SETTLE_MS);
    const pids = trial.system.pids();
    const before = cpuOf(pids);
    await delay(IDLE_MS);
    const after = cpuOf(pids);
    const memory = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, megabytesOf(pid)]));
    const percent = (name: string): number => (((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 100_000) / IDLE_MS;
    const services = Object.keys(pids).filter((name) => name !== 'kafka' && name !== 'postgres');
    for (const name of Object.keys(pids)) {
      console.log(`${name}: ${memory[name]!.toFixed(0)} MB, ${percent(name).toFixed(2)} % of a core`);
    }
    const sum = Object.values(memory).reduce((total, megabytes) => total + megabytes, 0);
    return [
      within('S12 largest idle service', 'MB', Math.max(...services.map((name) => memory[name]!)), MOST_SERVICE_MB),
      within('S12 busiest idle service', '% of a core', Math.max(...services.map(percent)), MOST_CPU_PERCENT),
      within('S12 everything with Kafka and PostgreSQL', 'MB', sum, MOST_ALL_MB),
    ];
  } finally {
    await trial.stop();
  }
}

/** Resident memory of a process, with the own share of its children's (proc(5), smaps_rollup). */
function megabytesOf(pid: number): number {
  const children = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && parentOf(entry) === pid);
  const own = kilobytesOf(pid, 'status', 'VmRSS');
  return (own + children.reduce((sum, child) => sum + kilobytesOf(child, 'smaps_rollup', 'Pss'), 0)) / 1024;
}

function kilobytesOf(pid: number | string, file: string, field: string): number {
  try {
    return Number(
      new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? 0,
    );
  } catch {
    return 0;
  }
}

function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    return 0;
  }
}
