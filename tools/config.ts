import path from 'node:path';
import { z } from 'zod';
import { type TopicNames, defaultTopics } from '#libs/contracts';
import { sinksOf, services } from './services.js';
import { type KafkaAccess } from './ground/kafka-access.js';

/** What one variable may hold, and how a wrong value is told (interfaces, Environment). */
interface Variable<T> {
  readonly schema: z.ZodType<T, string>;
  readonly allowed: string;
  readonly secret?: boolean;
}

/** Where Kafka and PostgreSQL come from when no address is given. */
export type GroundChoice = 'auto' | 'docker' | 'embedded';

/** Everything `npm start` is told by its environment, checked. */
export interface StartConfig {
  /** Absolute path of all local data. */
  readonly home: string;
  readonly host: string;
  /** The one origin; a service listens on `port + portOffset`. */
  readonly port: number;
  readonly kafkaPort: number;
  /** An existing cluster, else undefined. */
  readonly kafka: KafkaAccess | undefined;
  /** An existing database, else undefined. */
  readonly databaseUrl: string | undefined;
  readonly adminToken: string | undefined;
  readonly masterKeys: string | undefined;
  readonly topics: TopicNames;
  readonly sinks: readonly string[];
  /** Processes of each service but the origin. */
  readonly replicas: number;
  readonly ground: GroundChoice;
  readonly cacheDir: string;
  readonly mavenRepository: string | undefined;
  /** The environment as it was, handed on to children. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A variable with a value that is not allowed. The message is the one line that `npm start` prints. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const MOST_REPLICAS = 5;
const HIGHEST_OFFSET = 10 * MOST_REPLICAS;
const MASTER_KEY_BYTES = 32;
const TRUE = ['true', '1', 'yes', 'on'] as const;

const text = (allowed: string): Variable<string> => ({ schema: z.string(), allowed });
const matching = (pattern: RegExp, allowed: string): Variable<string> => ({
  schema: z.string().regex(pattern),
  allowed,
});
const oneOf = <T extends string>(...values: T[]): Variable<T> => ({
  schema: z.string().toLowerCase().pipe(z.enum(values)),
  allowed: values.join(', '),
});
const wholeNumber = (from: number, to: number, what = 'a whole number'): Variable<number> => ({
  schema: z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(from).max(to)),
  allowed: `${what} from ${from} to ${to}`,
});
const positive = (what: string): Variable<number> => ({
  schema: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().positive().max(86_400)),
  allowed: `${what}, above 0 and at most 86400`,
});
const url = (protocol: RegExp, allowed: string, rest: RegExp = /.*/): Variable<string> => ({
  schema: z.url({ protocol }).regex(rest),
  allowed,
});
const topic = matching(
  /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
  'a Kafka topic name: letters, digits, ., _ and -, at most 249',
);
const http = /^https?$/;
const perSecond = matching(/^\d{1,12}$/, 'a whole number a second; 0 is no limit');

/** Every variable an operator may set. Those the services read themselves are checked here too, so that a wrong one stops the start early. */
const variables = {
  PORT: wholeNumber(1, 65_535 - HIGHEST_OFFSET, 'a port'),
  HOST: matching(/^[A-Za-z0-9.:_-]+$/, 'an address or host name to listen on'),
  TOCSIN_HOME: text('a folder'),
  TOCSIN_CACHE: text('a folder'),
  TOCSIN_GROUND: oneOf('auto', 'docker', 'embedded'),
  TOCSIN_ADMIN_TOKEN: {
    ...matching(/^[\x21-\x7e]{16,512}$/, '16 to 512 printable characters without spaces'),
    secret: true,
  },
  TOCSIN_MASTER_KEYS: {
    schema: z.string().refine(areMasterKeys),
    allowed: `keyId:base64,... with ${MASTER_KEY_BYTES} bytes a key and each keyId once`,
    secret: true,
  },
  KAFKA_PORT: wholeNumber(1, 65_535, 'a port'),
  KAFKA_BROKERS: matching(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, 'host:port,host:port,...'),
  KAFKA_SASL_MECHANISM: oneOf('plain', 'scram-sha-256', 'scram-sha-512'),
  KAFKA_USERNAME: text('a user name'),
  KAFKA_PASSWORD: { ...text('a password'), secret: true },
  KAFKA_SSL: oneOf(...TRUE, 'false', '0', 'no', 'off'),
  KAFKA_SSL_CA: text('the path of a PEM file, or its content'),
  DATABASE_URL: { ...url(/^postgres(ql)?$/, 'postgres://user:password@host:port/database'), secret: true },
  EVENTS_TOPIC: topic,
  TELEMETRY_TOPIC: topic,
  DEAD_LETTERS_TOPIC: topic,
  SLACK_API_URL: url(http, 'an http or https URL that ends in /api/', /\/api\/$/),
  OPSGENIE_API_URL: url(http, 'an http or https URL'),
  AWS_ENDPOINT_URL: url(http, 'an http or https URL'),
  WEBHOOK_ALLOW_HOSTS: matching(/^[^\s,]+(,[^\s,]+)*$/, 'host[:port],host[:port],...'),
  ARGUS_TIME_ZONE: { schema: z.string().refine(isTimeZone), allowed: 'a time zone such as UTC or Europe/Oslo' },
  SLACK_UPDATE_INTERVAL: positive('seconds'),
  SLACK_POST_RATE: positive('posts a second'),
  DELIVERY_CALL_TIMEOUT: positive('seconds'),
  DELIVERY_RETRY_SCHEDULE: matching(/^\d+(\.\d+)?(,\d+(\.\d+)?)*(,\.\.\.)?$/, 'seconds,seconds,...'),
  DELIVERY_PROBE_INTERVAL: positive('seconds'),
  SINKS: {
    schema: z.string().transform(toList).refine(areSinks),
    allowed: `all, or some of ${sinksOf(services).join(',')}`,
  },
  REPLICAS: wholeNumber(1, MOST_REPLICAS),
  TOCSIN_RECOVERY: oneOf('ask', 'recover', 'anew'),
  RATE_LIMIT_REQUESTS: perSecond,
  RATE_LIMIT_EVENTS: perSecond,
  RATE_LIMIT_BYTES: perSecond,
  RATE_LIMIT_REFUSALS: perSecond,
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  MAVEN_REPOSITORY: url(http, 'an http or https URL'),
  STATUS_AFTER_RESOLVE: matching(/^[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*$/, 'status=status,... such as down=up'),
  HEARTBEAT_INTERVAL: wholeNumber(1, 86_400, 'seconds'),
  INDELIBLE_INCIDENTS: oneOf(...TRUE, 'false', '0', 'no', 'off'),
  CLUSTER_POLL_INTERVAL: wholeNumber(0, 3_600, 'seconds'),
  // Of Onix's service status; what became of the others tells apps/incidents/README.md.
  OXSES_PORT: wholeNumber(1, 65_535 - HIGHEST_OFFSET, 'a port'),
  OXSES_LOGLEVEL: oneOf('panic', 'fatal', 'error', 'warning', 'warn', 'info', 'debug', 'trace'),
} satisfies Record<string, Variable<unknown>>;

type Name = keyof typeof variables;
type ValueOf<N extends Name> = z.output<(typeof variables)[N]['schema']>;

/**
 * Reads and checks the environment.
 * @param environment the variables; `process.env` for the command itself
 * @param root the repository, which a relative TOCSIN_HOME starts from
 * @throws ConfigError with one line: the variable, what was read (secrets masked), what is allowed
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, root: string = process.cwd()): StartConfig {
  const values: Partial<{ [N in Name]: ValueOf<N> }> = {};
  for (const name of Object.keys(variables) as Name[])
    Object.assign(values, { [name]: readVariable(environment, name) });
  const chosen = values.SINKS ?? ['all'];
  return {
    home: path.resolve(root, values.TOCSIN_HOME ?? '.tocsin'),
    host: values.HOST ?? '127.0.0.1',
    port: values.PORT ?? values.OXSES_PORT ?? 4000,
    kafkaPort: values.KAFKA_PORT ?? 9092,
    kafka: values.KAFKA_BROKERS === undefined ? undefined : kafkaAccess(values.KAFKA_BROKERS, values),
    databaseUrl: values.DATABASE_URL,
    adminToken: values.TOCSIN_ADMIN_TOKEN,
    masterKeys: values.TOCSIN_MASTER_KEYS,
    topics: {
      events: values.EVENTS_TOPIC ?? defaultTopics.events,
      telemetry: values.TELEMETRY_TOPIC ?? defaultTopics.telemetry,
      deadLetters: values.DEAD_LETTERS_TOPIC ?? defaultTopics.deadLetters,
    },
    sinks: chosen.includes('all') ? sinksOf(services) : chosen,
    replicas: values.REPLICAS ?? 1,
    ground: values.TOCSIN_GROUND ?? 'auto',
    cacheDir: values.TOCSIN_CACHE ?? defaultCacheDir(environment),
    mavenRepository: values.MAVEN_REPOSITORY,
    environment: withLogLevel(environment, values.OXSES_LOGLEVEL),
  };
}

/** `OXSES_LOGLEVEL` counts where `LOG_LEVEL` says nothing; two of its words are ours by other names. */
function withLogLevel(environment: NodeJS.ProcessEnv, word: string | undefined): NodeJS.ProcessEnv {
  if (word === undefined || environment['LOG_LEVEL']) return environment;
  const level = { panic: 'fatal', warning: 'warn' }[word] ?? word;
  return { ...environment, LOG_LEVEL: level };
}

/** The configuration for servers of one's own: whatever Kafka or database the environment names is not used. */
export function privateConfig(): StartConfig {
  return readConfig({ ...process.env, KAFKA_BROKERS: '', DATABASE_URL: '' });
}

function readVariable<N extends Name>(environment: NodeJS.ProcessEnv, name: N): ValueOf<N> | undefined {
  const { schema, allowed, secret }: Variable<unknown> = variables[name];
  const read = environment[name];
  if (read === undefined || read === '') return undefined;
  const result = schema.safeParse(read);
  if (result.success) return result.data as ValueOf<N>;
  throw new ConfigError(`${name}: read ${secret ? masked(read) : JSON.stringify(read)}; allowed: ${allowed}`);
}

/** Says enough to recognise a slip (empty, cut, pasted twice) and nothing of the secret. */
function masked(value: string): string {
  return `a secret of ${value.length} characters (not shown)`;
}

function kafkaAccess(brokers: string, values: Partial<{ [N in Name]: ValueOf<N> }>): KafkaAccess {
  const mechanism = values.KAFKA_SASL_MECHANISM;
  if (mechanism !== undefined && (values.KAFKA_USERNAME === undefined || values.KAFKA_PASSWORD === undefined)) {
    const missing = values.KAFKA_USERNAME === undefined ? 'KAFKA_USERNAME' : 'KAFKA_PASSWORD';
    throw new ConfigError(`${missing}: read nothing; allowed: a value, because KAFKA_SASL_MECHANISM is ${mechanism}`);
  }
  return {
    brokers: brokers.split(','),
    ssl: values.KAFKA_SSL === undefined ? values.KAFKA_SSL_CA !== undefined : isTrue(values.KAFKA_SSL),
    ca: values.KAFKA_SSL_CA,
    sasl: mechanism && { mechanism, username: values.KAFKA_USERNAME ?? '', password: values.KAFKA_PASSWORD ?? '' },
  };
}

function isTrue(word: string): boolean {
  return TRUE.some((yes) => yes === word);
}

function defaultCacheDir(environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_CACHE_HOME'] || path.join(environment['HOME'] ?? '/tmp', '.cache');
  return path.join(base, 'tocsin');
}

function toList(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}

function areSinks(names: readonly string[]): boolean {
  return names.every((name) => name === 'all' || sinksOf(services).includes(name));
}

function areMasterKeys(value: string): boolean {
  const pairs = toList(value).map((pair) => /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9+/]+=*)$/.exec(pair));
  const ids = new Set(pairs.map((pair) => pair?.[1]));
  const sound = pairs.every((pair) => pair && Buffer.from(pair[2] ?? '', 'base64').length === MASTER_KEY_BYTES);
  return sound && ids.size === pairs.length;
}

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).format(0) !== '';
  } catch {
    return false;
  }
}
