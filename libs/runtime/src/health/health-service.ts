import { type HealthCheck, type HealthReport, type PartHealth, reportOf } from './health.js';

const CHECK_MS = 2_000;
const KEEP_MS = 500;
const LOOP_TICK_MS = 1_000;
const LOOP_DEAD_MS = 10_000;

/** The checks there are now. */
export type CheckSource = () => readonly HealthCheck[];

/** What the two health paths answer. Checks run at the most twice a second however often somebody asks. */
export class HealthService {
  private readonly ready: CheckSource[] = [];
  private readonly live: CheckSource[] = [];
  private readonly kept = new Map<readonly CheckSource[], { at: number; report: Promise<HealthReport> }>();
  private tickedAt = performance.now();
  private readonly ticker = setInterval(() => (this.tickedAt = performance.now()), LOOP_TICK_MS).unref();

  constructor(readonly service: string) {
    this.addLiveness({ name: 'eventLoop', check: () => this.loopHealth() });
  }

  /** Adds a part that has to be up before the service takes work, or a source of parts that come and go. */
  addReadiness(check: HealthCheck | CheckSource): void {
    this.ready.push(typeof check === 'function' ? check : () => [check]);
  }

  /** Adds a part without which the process is better restarted, or a source of such parts. */
  addLiveness(check: HealthCheck | CheckSource): void {
    this.live.push(typeof check === 'function' ? check : () => [check]);
  }

  readiness(): Promise<HealthReport> {
    return this.report(this.ready);
  }

  liveness(): Promise<HealthReport> {
    return this.report(this.live);
  }

  /** Forgets what was found: the state changed. */
  refresh(): void {
    this.kept.clear();
  }

  close(): void {
    clearInterval(this.ticker);
  }

  private report(sources: readonly CheckSource[]): Promise<HealthReport> {
    const kept = this.kept.get(sources);
    if (kept && performance.now() - kept.at < KEEP_MS) return kept.report;
    const checks = sources.flatMap((source) => source());
    const report = Promise.all(checks.map(async (check) => ({ check, health: await outcome(check) }))).then((results) =>
      reportOf(this.service, results),
    );
    this.kept.set(sources, { at: performance.now(), report });
    return report;
  }

  private loopHealth(): PartHealth {
    const silent = performance.now() - this.tickedAt;
    return { status: silent < LOOP_DEAD_MS ? 'up' : 'down', secondsSinceTick: Math.round(silent / 100) / 10 };
  }
}

async function outcome(check: HealthCheck): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartHealth>((resolve) => {
    timer = setTimeout(() => resolve({ status: 'down', detail: `no answer within ${CHECK_MS / 1000} s` }), CHECK_MS);
  });
  try {
    return await Promise.race([Promise.resolve(check.check()), late]);
  } catch (error) {
    return { status: 'down', detail: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Class and code of an error; its message may hold addresses and names. */
function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  const name = error instanceof Error ? error.name : 'error';
  return typeof code === 'string' ? `${name} ${code}` : name;
}
