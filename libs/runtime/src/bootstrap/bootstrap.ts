import { ConfigError } from '../config/config.js';
import { launchService } from './launch.js';
import { type LaunchedService } from './service.js';
import { type ServiceOptions } from './service-options.js';

const STOP_LIMIT_MS = 25_000;

/**
 * Runs a service until it is told to stop: SIGTERM, SIGINT or the end of the channel to the process that started it.
 * The second signal ends it at once, and so does a stop that takes longer than 25 s.
 */
export async function bootstrap(options: ServiceOptions): Promise<void> {
  const stop = stopOnSignal();
  try {
    const service = await launchService(options);
    stop.whenAsked(() => service.stop());
    await startedOrStopped(service, stop);
    const failure = await service.failed;
    await service.stop();
    throw failure;
  } catch (error) {
    await giveUp(error);
  }
}

async function startedOrStopped(service: LaunchedService, stop: { readonly asked: boolean }): Promise<void> {
  try {
    await service.started;
  } catch (error) {
    if (stop.asked) return;
    await service.stop();
    throw error;
  }
}

/** A wrong variable is one line for whoever starts the process; anything else comes with its stack. */
function giveUp(error: unknown): Promise<never> {
  const text =
    error instanceof ConfigError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  return new Promise(() => process.stderr.write(`${text}\n`, () => process.exit(1)));
}

function stopOnSignal(): { readonly asked: boolean; whenAsked(stop: () => Promise<void>): void } {
  let asked = false;
  let action: (() => Promise<void>) | undefined;
  const run = (): void => {
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    void action?.().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  const ask = (): void => {
    if (asked) process.exit(1);
    asked = true;
    if (action) run();
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  process.on('disconnect', () => void (asked || ask()));
  return {
    get asked() {
      return asked;
    },
    whenAsked(stop) {
      action = stop;
      if (asked) run();
    },
  };
}
