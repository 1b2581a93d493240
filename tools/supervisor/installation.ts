import { mkdirSync } from 'node:fs';
import { topicSpecs } from '#libs/contracts';
import { type StartConfig } from '../config.js';
import { LogFile, logPath } from '../ground/log-file.js';
import { findOwnProcesses, stopProcesses, waitForEnd } from '../ground/own-processes.js';
import { checkDatabase } from '../ground/postgres.js';
import { CannotStartError, type Program } from '../ground/program.js';
import { type Ground, resolveGround } from '../ground/resolve.js';
import { type InstallationSecrets, installationSecrets } from '../ground/secrets.js';
import { ensureTopics } from '../ground/topics.js';
import { type ServiceEntry } from '../services.js';
import { Keeper } from './keeper.js';
import { type InstanceFile, writeInstanceFile } from './instance-file.js';
import { checkPorts, serviceProgram } from './service-program.js';

const ORPHANS_LEAVE_MS = 5000;
const ORPHANS_GRACE_MS = 5000;
/** What takes requests is stopped first, so that nothing new comes in while the others finish. */
const EDGE = /^(console|ingestion)\b/;

/** What an installation is made of, before anything runs. */
export interface InstallationOptions {
  readonly root: string;
  readonly config: StartConfig;
  readonly services: readonly ServiceEntry[];
  /** The instance file as it was taken; kept up to date from here on. */
  readonly instanceFile: InstanceFile;
  say(line: string): void;
}

/** One home's Kafka, PostgreSQL and services, kept running until they are stopped. */
export class Installation {
  private readonly keepers: Keeper[] = [];
  private state: InstanceFile['state'] = 'starting';
  private brokers: string | undefined;

  constructor(private readonly options: InstallationOptions) {
    mkdirSync(options.config.home, { recursive: true });
  }

  /** Starts everything, in order, and resolves when every service is ready. */
  async start(): Promise<InstallationSecrets> {
    const { config, services, say } = this.options;
    await endOrphans(config.home, services);
    await checkPorts(services, config);
    const secrets = installationSecrets(config.home, config);
    const ground = await resolveGround(config, say);
    this.brokers = ground.kafka.brokers.join(',');
    await this.keep(ground.programs);
    await prepare(ground, config, say);
    const environment = serviceEnvironment(config, ground, secrets);
    const around = { ...this.options, ...config, environment };
    await this.keep(services.map((entry) => serviceProgram(entry, around)));
    this.become('ready');
    return secrets;
  }

  /** Stops the services, those at the edge first, then the broker and the database. */
  async stop(): Promise<void> {
    this.become('stopping');
    const named = (test: (name: string) => boolean): Promise<unknown> =>
      Promise.all(this.keepers.filter(({ program }) => test(program.name)).map((keeper) => keeper.stop()));
    await named((name) => EDGE.test(name));
    await named((name) => !EDGE.test(name) && !isGround(name));
    await named((name) => name === 'kafka');
    await named((name) => name === 'postgres');
  }

  /** Ends everything now. */
  async stopAtOnce(): Promise<void> {
    this.become('stopping');
    await Promise.all(this.keepers.map((keeper) => keeper.stopAtOnce()));
  }

  private async keep(programs: readonly Program[]): Promise<void> {
    if (this.state === 'stopping') throw new CannotStartError('stopped before everything was started');
    const events = { say: this.options.say, changed: () => this.publish() };
    const started = programs.map((program) => {
      const keeper = new Keeper(program, new LogFile(logPath(this.options.config.home, program.name)), events);
      this.keepers.push(keeper);
      return keeper;
    });
    await Promise.all(started.map((keeper) => keeper.firstReady));
    const names = started.map(({ program }) => program.name).join(', ');
    if (names !== '') this.options.say(`ready         ${names}`);
  }

  private become(state: InstanceFile['state']): void {
    this.state = state;
    this.publish();
  }

  private publish(): void {
    const { config, instanceFile } = this.options;
    const entries = this.keepers.map(({ program, pid, state }) => [program.name, { pid: pid ?? null, state }] as const);
    writeInstanceFile(config.home, {
      ...instanceFile,
      ...(this.brokers === undefined ? {} : { brokers: this.brokers }),
      state: this.state,
      processes: Object.fromEntries(entries),
    });
  }
}

/** Makes the topics and sees that the database answers; a foreign one that does not is named with its variable. */
async function prepare(ground: Ground, config: StartConfig, say: (line: string) => void): Promise<void> {
  const { created, differences } = await ensureTopics(ground.kafka, topicSpecs(config.topics)).catch((error: Error) => {
    throw new CannotStartError(`KAFKA_BROKERS: ${ground.kafka.brokers.join(',')} cannot be used: ${error.message}`);
  });
  if (created.length > 0) say(`topics        created ${created.join(', ')}`);
  differences.forEach((line) => say(`topics        ${line}`));
  await checkDatabase(ground.databaseUrl).catch((error: Error) => {
    throw new CannotStartError(`DATABASE_URL: ${new URL(ground.databaseUrl).host} cannot be used: ${error.message}`);
  });
}

function isGround(name: string): boolean {
  return name === 'kafka' || name === 'postgres';
}

/** Services of a killed supervisor end by themselves when their channel closes; what has not gone soon is stopped. */
async function endOrphans(home: string, services: readonly ServiceEntry[]): Promise<void> {
  const apps = new Set(services.map(({ app }) => app));
  const pids = (await findOwnProcesses(home)).filter(({ service }) => apps.has(service)).map(({ pid }) => pid);
  if (await waitForEnd(pids, ORPHANS_LEAVE_MS)) return;
  await stopProcesses(pids, 'SIGTERM', ORPHANS_GRACE_MS);
}

/** What every service is told beside its own name and port. */
function serviceEnvironment(config: StartConfig, ground: Ground, secrets: InstallationSecrets): NodeJS.ProcessEnv {
  return {
    ...config.environment,
    KAFKA_BROKERS: ground.kafka.brokers.join(','),
    DATABASE_URL: ground.databaseUrl,
    EVENTS_TOPIC: config.topics.events,
    TELEMETRY_TOPIC: config.topics.telemetry,
    DEAD_LETTERS_TOPIC: config.topics.deadLetters,
    TOCSIN_ADMIN_TOKEN: secrets.adminToken,
    TOCSIN_MASTER_KEYS: secrets.masterKeys,
  };
}
