import { readRuntimeConfig, type RuntimeConfig } from '../config/runtime-config.js';
import { HealthService } from '../health/health-service.js';
import { HttpFront } from '../http/front.js';
import { type Log } from '../logging/log.js';
import { createLog } from '../logging/pino-log.js';
import { Metrics } from '../metrics/metrics.js';
import { Closing } from './closing.js';
import { type Shell, shellOf } from './parts.js';
import { type ServiceOptions, type ServiceOverrides } from './service-options.js';

/** What a service stands on before anything is connected. */
export interface Ground extends Shell {
  readonly options: ServiceOptions;
  readonly overrides: ServiceOverrides;
  readonly config: RuntimeConfig;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: HealthService;
  readonly front: HttpFront;
  readonly closing: Closing;
  /** Aborts when the service shall stop. */
  readonly stopping: AbortController;
  /** Settles with what the process cannot go on after. */
  readonly failed: Promise<Error>;
  fail(error: Error, part: string): void;
  /** What the start waits for; undefined when it is over. */
  stage: string | undefined;
}

/** @throws ConfigError for a wrong variable */
export function groundOf(options: ServiceOptions, overrides: ServiceOverrides): Ground {
  const config = readRuntimeConfig(options.service, options.sink, overrides.environment);
  const log = createLog(config.service, config.logLevel, overrides.logSink);
  const metrics = new Metrics({ service: config.service });
  const health = new HealthService(config.service);
  let failWith: (error: Error) => void;
  const failed = new Promise<Error>((resolve) => (failWith = resolve));
  const ground: Ground = {
    ...shellOf(overrides),
    options,
    overrides,
    config,
    log,
    metrics,
    health,
    front: new HttpFront((path) => healthAt(health, path)),
    closing: new Closing(log),
    stopping: new AbortController(),
    failed,
    fail: (error, part) => {
      log.fatal({ err: error, part }, 'cannot go on');
      failWith(error);
    },
    stage: 'configuration',
  };
  health.addReadiness({ name: 'service', check: () => serviceHealth(ground) });
  ground.closing.add('health', () => health.close());
  return ground;
}

function serviceHealth({ front, stage }: Ground): { status: 'up' | 'down'; detail?: string } {
  if (front.draining) return { status: 'down', detail: 'stopping' };
  return stage === undefined ? { status: 'up' } : { status: 'down', detail: `starting: ${stage}` };
}

/** The two health paths while the application is not there yet. */
async function healthAt(health: HealthService, path: string): Promise<{ status: number; body: object } | undefined> {
  if (path !== '/health/live' && path !== '/health/ready') return undefined;
  const report = await (path === '/health/live' ? health.liveness() : health.readiness());
  return { status: report.status === 'unavailable' ? 503 : 200, body: report };
}
