import { readConfig } from '../config.js';
import { Keeper } from '../supervisor/keeper.js';
import { type Say } from './kafka-jars.js';
import { LogFile, logPath } from './log-file.js';
import { findProcessesBelow, stopProcesses } from './own-processes.js';
import { freePort } from './ports.js';
import { resolveGround } from './resolve.js';

/** Kafka and PostgreSQL for one run of the tests. */
export interface TestGround {
  /** KAFKA_BROKERS and DATABASE_URL, for the specs. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const GRACE_MS = 5000;

/** Finds or starts both in a home of the run's own, in the same order of choice as `npm start`. */
export async function startTestGround(home: string, say: Say): Promise<TestGround> {
  const config = { ...readConfig(), home, kafkaPort: await freePort() };
  const ground = await resolveGround(config, say);
  const keepers = ground.programs.map(
    (program) => new Keeper(program, new LogFile(logPath(home, program.name)), { say, changed: () => undefined }),
  );
  const stop = async (): Promise<void> => void (await Promise.all(keepers.map((keeper) => keeper.stop())));
  try {
    await Promise.all(keepers.map((keeper) => keeper.firstReady));
  } catch (error) {
    await stop();
    throw error;
  }
  return { variables: { KAFKA_BROKERS: ground.kafka.brokers.join(','), DATABASE_URL: ground.databaseUrl }, stop };
}

/** Ends what specs that were cut off left running in homes below this folder. */
export async function stopLeftOvers(folder: string): Promise<void> {
  const left = await findProcessesBelow(folder);
  await stopProcesses(
    left.map(({ pid }) => pid),
    'SIGTERM',
    GRACE_MS,
  );
}
