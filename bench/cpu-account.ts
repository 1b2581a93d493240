import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second: 100 on every Linux that Node runs on. */
const TICKS = 100;

/** CPU seconds of each named process with its children, so far. Empty where /proc is not there. */
export function cpuOf(pids: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const names = new Map(Object.entries(pids).map(([name, pid]) => [pid, name]));
  const used = new Map<string, number>();
  for (const { pid, parent, seconds } of processes()) {
    const name = names.get(pid) ?? names.get(parent);
    if (name !== undefined) used.set(name, (used.get(name) ?? 0) + seconds);
  }
  return used;
}

/** What was used between two accounts, a unit of work each: `ingestion 0.41 ms, ...`. */
export function spentEach(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  units: number,
): string {
  const each = [...after].map(
    ([name, seconds]) => [name, ((seconds - (before.get(name) ?? 0)) * 1000) / units] as const,
  );
  const sum = each.reduce((total, [, millis]) => total + millis, 0);
  return `${each.map(([name, millis]) => `${name} ${millis.toFixed(2)}`).join(', ')}; in all ${sum.toFixed(2)} ms`;
}

/** proc(5), stat: fields 4 (ppid), 14 and 15 (user and system time). */
function processes(): { pid: number; parent: number; seconds: number }[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((entry) => {
        try {
          const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]!.split(' ');
          const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
          return [{ pid: Number(entry), parent: Number(fields[1]), seconds }];
        } catch {
          return [];
        }
      });
  } catch {
    return [];
  }
}
