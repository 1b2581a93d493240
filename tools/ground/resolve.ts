import { mkdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type StartConfig } from '../config.js';
import { dockerAnswers, dockerKafka, dockerPostgres } from './docker.js';
import { type KafkaAccess, plainAccess } from './kafka-access.js';
import { type Say } from './kafka-jars.js';
import { type KafkaProgram, embeddedKafka } from './kafka.js';
import { keptPort } from './ports.js';
import { type PostgresProgram, embeddedPostgres } from './postgres.js';
import { type Program } from './program.js';
import { keptText } from './secrets.js';

/** Kafka and PostgreSQL for an installation, and what has to be run for them. */
export interface Ground {
  readonly kafka: KafkaAccess;
  readonly databaseUrl: string;
  /** Empty where both exist already. In the order in which they are stopped. */
  readonly programs: readonly Program[];
}

/**
 * Finds Kafka and PostgreSQL, each in this order: the address given; a Docker engine, if one answers; an embedded one.
 * All three are the real programs (design, Running it).
 */
export async function resolveGround(config: StartConfig, say: Say): Promise<Ground> {
  mkdirSync(config.home, { recursive: true });
  const needed = config.kafka === undefined || config.databaseUrl === undefined;
  const docker = needed && config.ground !== 'embedded' && (await dockerAnswers(config.environment));
  if (config.ground === 'docker' && needed && !docker) say('docker        no engine answers; using the embedded pair');
  const [kafka, postgres] = await Promise.all([
    config.kafka === undefined ? makeKafka(config, docker, say) : undefined,
    config.databaseUrl === undefined ? makePostgres(config, docker, say) : undefined,
  ]);
  return {
    kafka: config.kafka ?? plainAccess(kafka?.brokers ?? ''),
    databaseUrl: config.databaseUrl ?? postgres?.url ?? '',
    programs: [kafka, postgres].filter((program) => program !== undefined),
  };
}

function makeKafka(config: StartConfig, docker: boolean, say: Say): Promise<KafkaProgram> {
  const { home, kafkaPort: port, environment } = config;
  const embedded = (): Promise<KafkaProgram> => embeddedKafka({ home, port, jars: config, environment, say });
  return docker ? dockerKafka(home, port, environment, say).catch(fallBack('kafka', say, embedded)) : embedded();
}

async function makePostgres(config: StartConfig, docker: boolean, say: Say): Promise<PostgresProgram> {
  const { home, environment } = config;
  const embedded = (): Promise<PostgresProgram> => embeddedPostgres({ home, port: undefined, environment });
  if (!docker) return embedded();
  const password = keptText(path.join(home, 'postgres-password'), () => randomBytes(24).toString('base64url'));
  const port = await keptPort(path.join(home, 'postgres-port'));
  return dockerPostgres(home, { port, password }, environment, say).catch(fallBack('postgres', say, embedded));
}

function fallBack<T>(name: string, say: Say, embedded: () => Promise<T>): (error: Error) => Promise<T> {
  return (error) => {
    say(`${name.padEnd(13)} Docker cannot run it (${error.message.split('\n')[0]}); using the embedded one`);
    return embedded();
  };
}
