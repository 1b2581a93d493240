import { ConfigError } from '../config/config.js';
import { DatabaseLost } from '../recovery/recovery.js';
import { giveBackMemoryOfStart } from './give-back.js';
import { launchService } from './launch.js';
import { type LaunchedService } from './service.js';
import { type ServiceOptions } from './service-options.js';
import { StopSignals } from './stop-signals.js';

/** The exit code of sysexits.h for a wrong configuration: a supervisor need not try again. */
const EX_CONFIG = 78;

/**
 * Runs a service until it is told to stop (`StopSignals`). It exits with 78 after a wrong variable or beside a lost
 * database, said in one line, and
 * after an error that it cannot go on after: whoever supervises it starts it again.
 */
export async function bootstrap(options: ServiceOptions): Promise<void> {
  if (process.argv[2] === '--openapi') return printOpenApi(options);
  const signals = new StopSignals(process);
  try {
    const service = await launchService(options);
    signals.whenAsked(() => service.stop());
    throw await trouble(service, signals);
  } catch (error) {
    if (!signals.asked) giveUp(error);
  }
}

/** For `npm run sync`: needs no settings, no database, no broker. */
async function printOpenApi(options: ServiceOptions): Promise<void> {
  const { describeService } = await import('../openapi/describe.js');
  process.stdout.write(`${JSON.stringify(await describeService(options), null, 2)}\n`);
}

/** Resolves with what the service cannot go on after, when it has stopped because of that. */
async function trouble(service: LaunchedService, signals: StopSignals): Promise<unknown> {
  const error = await service.started.then(
    () => {
      giveBackMemoryOfStart();
      return service.failed;
    },
    (reason: unknown) => reason,
  );
  if (!signals.asked) {
    setTimeout(() => process.exit(1), 10_000).unref();
    await service.stop();
  }
  return error;
}

/** What a person has to change is one line for whoever starts the process; anything else comes with its stack. */
function giveUp(error: unknown): void {
  const wrongVariable = error instanceof ConfigError || error instanceof DatabaseLost;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${wrongVariable ? error.message : stack}\n`, () => process.exit(wrongVariable ? EX_CONFIG : 1));
}
