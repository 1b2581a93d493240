import { type Child, type StopManner } from './child.js';
import { type LineSink } from './log-file.js';

/** Something that runs as one process and can be launched again whenever it ended: the broker, the database, a service. */
export interface Program {
  /** Names it in messages, and its log file. */
  readonly name: string;
  /** Starts the process, after taking away what an earlier one left behind. */
  launch(log: LineSink): Promise<Child>;
  /** Resolves when it serves; rejects, within seconds, with the reason why not yet. */
  probe(): Promise<void>;
  readonly stop: StopManner;
  /** The signal for a user who does not want to wait. */
  readonly stopAtOnce: NodeJS.Signals;
}

/** Starting cannot succeed without a person: a taken port, a wrong value. Trying again is of no use. */
export class CannotStartError extends Error {
  override readonly name: string = 'CannotStartError';
}

/** The environment for the broker and the database: what the user has, without our secrets. */
export function infrastructureEnvironment(
  environment: NodeJS.ProcessEnv,
  home: string,
  service: string,
): NodeJS.ProcessEnv {
  const { TOCSIN_ADMIN_TOKEN, TOCSIN_MASTER_KEYS, DATABASE_URL, KAFKA_PASSWORD, ...rest } = environment;
  return { ...rest, TOCSIN_HOME: home, SERVICE: service };
}
