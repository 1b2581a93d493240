import { armCrashpoints } from '#libs/core';
import { assemble } from './assemble.js';
import { crashpointHook } from './crashpoint-hook.js';
import { groundOf } from './ground.js';
import { type LaunchedService } from './service.js';
import { type ServiceOptions, type ServiceOverrides } from './service-options.js';

/** Above the 5 s that a publish may take: a request under way gets its answer. */
const DRAIN_HTTP_MS = 6_000;

/**
 * Opens the port, then brings up everything behind it: connect and migrate, Nest, processors, HTTP (reference style
 * 3.8). What is down is tried again; meanwhile health says what is missing and every other path answers 503.
 * @throws ConfigError for a wrong variable; an Error when the port cannot be had
 */
export async function launchService(
  options: ServiceOptions,
  overrides: ServiceOverrides = {},
): Promise<LaunchedService> {
  const ground = groundOf(options, overrides);
  const { config, front, closing, stopping, health } = ground;
  armCrashpoints(config.crashpoint === undefined ? undefined : crashpointHook(config.crashpoint, options.service));
  const url = await front.listen(config.port, config.host);
  const started = assemble(ground);
  started.catch(() => undefined);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    front.draining = true;
    health.refresh();
    const service = await started.catch(() => undefined);
    await Promise.all([front.drain(DRAIN_HTTP_MS), service?.host?.stopAll()]);
    await closing.closeAll();
  };
  return { config, url, started, failed: ground.failed, stop: () => (stopped ??= stop()) };
}

/** As `launchService`, and waits until it takes work: for specs. */
export async function createService(options: ServiceOptions, overrides: ServiceOverrides = {}) {
  const launched = await launchService(options, overrides);
  try {
    return { ...launched, ...(await launched.started) };
  } catch (error) {
    await launched.stop();
    throw error;
  }
}

export type TestedService = Awaited<ReturnType<typeof createService>>;
