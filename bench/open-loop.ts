import { setTimeout as sleep } from 'node:timers/promises';

/** An open loop: the schedule does not wait for answers, so what waits in a queue counts. */
export interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
  /** Most milliseconds from the scheduled POST to the call, of 99 in 100. */
  readonly bound: number;
}

/** When each alert was due, and each time that it was told of: milliseconds of `performance.now()`. */
export type Times = ReadonlyMap<string, number>;
export type Arrivals = Map<string, number[]>;

/** What an open loop showed: the 99th percentile, and a line for people; milliseconds. */
export interface Waits {
  readonly p99: number;
  readonly line: string;
}

const REST_MS = 60_000;

/** Posts alerts by the schedule; answers when each was due. */
export async function sendAtRate(rate: Rate, name: string, post: (alert: string) => Promise<void>): Promise<Times> {
  const scheduled = new Map<string, number>();
  const answers: Promise<void>[] = [];
  const started = performance.now() + 50;
  for (let n = 0; n < rate.perSecond * rate.seconds; n++) {
    const due = started + (n * 1000) / rate.perSecond;
    const alert = `${name}-${n}`;
    while (performance.now() < due) await pause(Math.max(0, due - performance.now() - 1));
    scheduled.set(alert, due);
    answers.push(post(alert));
  }
  await Promise.all(answers);
  return scheduled;
}

/** Waits until all were told of. @throws Error when one was not, or twice where it should be `once` */
export async function waitsOf(what: string, scheduled: Times, arrivals: Arrivals, once = true): Promise<Waits> {
  const until = performance.now() + REST_MS;
  while (performance.now() < until && [...scheduled.keys()].some((alert) => !arrivals.has(alert))) await pause(20);
  const missing = [...scheduled.keys()].filter((alert) => !arrivals.has(alert)).length;
  const double = [...scheduled.keys()].filter((alert) => (arrivals.get(alert)?.length ?? 0) > 1).length;
  if (missing > 0 || (once && double > 0)) {
    throw new Error(`${what}: of ${scheduled.size} alerts ${missing} were not told, ${double} twice`);
  }
  const waits = [...scheduled].map(([alert, at]) => arrivals.get(alert)![0]! - at).sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!;
  const figures = [0.5, 0.9, 0.99, 0.999].map((share) => `p${share * 100} ${at(share).toFixed(1)}`);
  return {
    p99: at(0.99),
    line: `${what}: ${waits.length} alerts, ${double} told twice, ms: ${figures.join(', ')}, max ${waits.at(-1)!.toFixed(1)}`,
  };
}

function pause(milliseconds: number): Promise<void> {
  return milliseconds < 1 ? new Promise((resolve) => setImmediate(resolve)) : sleep(milliseconds);
}
