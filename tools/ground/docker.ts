import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { type Child, launch } from './child.js';
import { kafkaAnswers, plainAccess } from './kafka-access.js';
import { type Say } from './kafka-jars.js';
import { type KafkaProgram } from './kafka.js';
import { type LineSink } from './log-file.js';
import { type PostgresProgram, checkDatabase } from './postgres.js';
import { infrastructureEnvironment } from './program.js';

// Written from the images' documentation and never run: no Docker engine answered where this was made. When an image
// cannot be pulled, the caller falls back to the embedded pair.

const KAFKA_IMAGE = 'apache/kafka:4.3.1';
const POSTGRES_IMAGE = 'postgres:18';
const ANSWER_MS = 3000;
const run = promisify(execFile);

/** A container in the foreground of a docker client: the client's end is the container's end, its output the container's. */
interface Container {
  readonly service: 'kafka' | 'postgres';
  readonly image: string;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly publish: string;
  readonly volume: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Whether a Docker engine answers. A client alone is no engine. */
export async function dockerAnswers(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const asked = run('docker', ['version', '--format', '{{.Server.Version}}'], { env: environment, timeout: ANSWER_MS });
  return asked.then(({ stdout }) => /^\d/.test(stdout.trim())).catch(() => false);
}

/** Apache Kafka in a container; its log is a volume of this home. */
export async function dockerKafka(
  home: string,
  port: number,
  environment: NodeJS.ProcessEnv,
  say: Say,
): Promise<KafkaProgram> {
  await pull(KAFKA_IMAGE, environment, say);
  const brokers = `127.0.0.1:${port}`;
  const container: Container = {
    service: 'kafka',
    image: KAFKA_IMAGE,
    home,
    environment,
    publish: `127.0.0.1:${port}:${port}`,
    volume: '/var/lib/kafka/data',
    variables: {
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:29093',
      KAFKA_LISTENERS: `BROKER://0.0.0.0:${port},CONTROLLER://localhost:29093`,
      KAFKA_ADVERTISED_LISTENERS: `BROKER://${brokers}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_HEAP_OPTS: '-Xmx384m',
    },
  };
  return {
    ...programOf(container),
    brokers,
    async probe() {
      if (!(await kafkaAnswers(plainAccess(brokers)))) throw new Error(`no answer on ${brokers}`);
    },
  };
}

/** PostgreSQL in a container; its data is a volume of this home. */
export async function dockerPostgres(
  home: string,
  access: { readonly port: number; readonly password: string },
  environment: NodeJS.ProcessEnv,
  say: Say,
): Promise<PostgresProgram> {
  await pull(POSTGRES_IMAGE, environment, say);
  const url = `postgres://tocsin:${access.password}@127.0.0.1:${access.port}/tocsin`;
  const container: Container = {
    service: 'postgres',
    image: POSTGRES_IMAGE,
    home,
    environment: { ...environment, POSTGRES_PASSWORD: access.password },
    publish: `127.0.0.1:${access.port}:5432`,
    volume: '/var/lib/postgresql',
    variables: { POSTGRES_USER: 'tocsin', POSTGRES_DB: 'tocsin', POSTGRES_PASSWORD: '' },
  };
  return { ...programOf(container), url, probe: () => checkDatabase(url) };
}

function programOf(container: Container) {
  return {
    name: container.service,
    launch: (log: LineSink) => start(container, log),
    stop: { signal: 'SIGTERM', graceMs: 15_000 },
    stopAtOnce: 'SIGKILL',
  } as const;
}

async function pull(image: string, environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const present = await run('docker', ['image', 'inspect', image], { env: environment }).catch(() => undefined);
  if (present) return;
  say(`docker        pulling ${image}`);
  await run('docker', ['pull', '--quiet', image], { env: environment });
}

async function start(container: Container, log: LineSink): Promise<Child> {
  const { service, home, image, environment, publish, volume, variables } = container;
  const name = `tocsin-${createHash('sha256').update(home).digest('hex').slice(0, 12)}-${service}`;
  const env = infrastructureEnvironment(environment, home, service);
  await run('docker', ['rm', '--force', name], { env }).catch(() => undefined);
  // A variable without a value is taken from the client's environment: a password never shows in a list of processes.
  const settings = Object.entries(variables).flatMap(([key, value]) => [
    '--env',
    value === '' ? key : `${key}=${value}`,
  ]);
  const args = [
    'run',
    '--rm',
    '--name',
    name,
    '--publish',
    publish,
    '--volume',
    `${name}:${volume}`,
    ...settings,
    image,
  ];
  return launch({ command: 'docker', args, env, cwd: '/', log });
}
