import { ConfigError } from '../config/config.js';
import { launchService } from './launch.js';
import { type LaunchedService } from './service.js';
import { type ServiceOptions } from './service-options.js';
import { StopSignals } from './stop-signals.js';

/**
 * Runs a service until it is told to stop (`StopSignals`). It exits with 1 after a wrong variable, said in one line, and
 * after an error that it cannot go on after: whoever supervises it starts it again.
 */
export async function bootstrap(options: ServiceOptions): Promise<void> {
  const signals = new StopSignals(process);
  try {
    const service = await launchService(options);
    signals.whenAsked(() => service.stop());
    throw await trouble(service, signals);
  } catch (error) {
    if (!signals.asked) giveUp(error);
  }
}

/** Resolves with what the service cannot go on after, when it has stopped because of that. */
async function trouble(service: LaunchedService, signals: StopSignals): Promise<unknown> {
  const error = await service.started.then(
    () => service.failed,
    (reason: unknown) => reason,
  );
  if (!signals.asked) {
    setTimeout(() => process.exit(1), 10_000).unref();
    await service.stop();
  }
  return error;
}

/** A wrong variable is one line for whoever starts the process; anything else comes with its stack. */
function giveUp(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${error instanceof ConfigError ? error.message : stack}\n`, () => process.exit(1));
}
