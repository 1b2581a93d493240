import { readFileSync } from 'node:fs';
import { defaultTopics, type TopicNames } from '#libs/contracts';
import { z } from 'zod';
import { parseMasterKeys } from '../secrets/master-keys.js';
import { ConfigError, type Environment, masked, readConfig } from './config.js';
import { type RateSettings } from '../limits/rate-limits.js';
import { RECOVERY_MODES, type RecoveryMode } from '../recovery/modes.js';
import { databaseUrl, flag, hostPorts, port, topicName, wholeNumber } from './values.js';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';
/** One member for each mechanism, as the client library declares them. */
export type SaslSettings = {
  [M in SaslMechanism]: { mechanism: M; username: string; password: string };
}[SaslMechanism];

/** How to reach Kafka. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: SaslSettings;
  /** True: the system's authorities; with `ca` (PEM) those alone. */
  readonly ssl?: true | { readonly ca: readonly string[] };
}

/** The settings that every service has. INTERFACES.md, Environment. */
export abstract class RuntimeConfig {
  /** Name of the process: the app, and for delivery `delivery-<sink>`. */
  abstract readonly service: string;
  /** Own port; 0 takes a free one. */
  abstract readonly port: number;
  abstract readonly host: string;
  abstract readonly kafka: KafkaSettings;
  abstract readonly databaseUrl: string;
  abstract readonly topics: TopicNames;
  /** Folder of local data. */
  abstract readonly home: string;
  abstract readonly logLevel: LogLevel;
  /** `keyId:base64,...`: the first seals, all open. Absent where no secret is sealed or opened. */
  abstract readonly masterKeys: string | undefined;
  /** The first admin token. Absent: no first organisation is made. */
  abstract readonly adminToken: string | undefined;
  abstract readonly sink: string | undefined;
  /** What one token, and one address without a token, may ask of this process. */
  abstract readonly rateLimits: RateSettings;
  /** What to do where the database is empty and the log is not. */
  abstract readonly recovery: RecoveryMode;
  /** Where the process shall die (`crashpointHook` has the form). Only a test sets it. */
  abstract readonly crashpoint: string | undefined;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const kafkaShape = {
  KAFKA_BROKERS: hostPorts.optional(),
  KAFKA_PORT: port.default(9092),
  KAFKA_SASL_MECHANISM: z.string().toLowerCase().pipe(z.enum(mechanisms)).optional().describe(mechanisms.join(', ')),
  KAFKA_USERNAME: z.string().optional(),
  KAFKA_PASSWORD: z.string().optional(),
  KAFKA_SSL: flag.optional(),
  KAFKA_SSL_CA: z.string().optional().describe('a file with PEM certificates, or the certificates themselves'),
};

const perSecond = wholeNumber(0, 999_999_999_999).describe('a whole number a second; 0 is no limit');

/** Far above what one core serves to a well-meaning caller: they stop floods, and are there to be lowered. */
const limitsShape = {
  RATE_LIMIT_REQUESTS: perSecond.default(20_000),
  RATE_LIMIT_EVENTS: perSecond.default(500_000),
  RATE_LIMIT_BYTES: perSecond.default(256 * 1024 * 1024),
  RATE_LIMIT_REFUSALS: perSecond.default(1_000),
};

const shape = {
  ...kafkaShape,
  ...limitsShape,
  SERVICE_PORT: port.default(0),
  HOST: z.string().default('127.0.0.1').describe('a host name or an address'),
  DATABASE_URL: databaseUrl,
  EVENTS_TOPIC: topicName.default(defaultTopics.events),
  TELEMETRY_TOPIC: topicName.default(defaultTopics.telemetry),
  DEAD_LETTERS_TOPIC: topicName.default(defaultTopics.deadLetters),
  TOCSIN_HOME: z.string().default('.tocsin'),
  LOG_LEVEL: z.string().toLowerCase().pipe(z.enum(logLevels)).default('info').describe(logLevels.join(', ')),
  TOCSIN_MASTER_KEYS: z
    .string()
    .refine(isMasterKeys)
    .optional()
    .describe('keyId:base64[,keyId:base64...], each key 32 bytes'),
  TOCSIN_ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,512}$/)
    .optional()
    .describe('16 to 512 printable ASCII characters without spaces'),
  TOCSIN_RECOVERY: z.enum(RECOVERY_MODES).default('ask').describe(RECOVERY_MODES.join(', ')),
  NODE_ENV: z.string().optional(),
  CRASHPOINT: z.string().optional(),
};

/** @throws ConfigError naming each wrong variable */
export function readRuntimeConfig(service: string, sink?: string, environment?: Environment): RuntimeConfig {
  const env = readConfig(shape, environment);
  return {
    service,
    port: env.SERVICE_PORT,
    host: env.HOST,
    kafka: kafkaSettings(service, env),
    databaseUrl: env.DATABASE_URL,
    topics: { events: env.EVENTS_TOPIC, telemetry: env.TELEMETRY_TOPIC, deadLetters: env.DEAD_LETTERS_TOPIC },
    home: env.TOCSIN_HOME,
    logLevel: env.LOG_LEVEL,
    masterKeys: env.TOCSIN_MASTER_KEYS,
    adminToken: env.TOCSIN_ADMIN_TOKEN,
    sink,
    rateLimits: {
      requests: env.RATE_LIMIT_REQUESTS,
      events: env.RATE_LIMIT_EVENTS,
      bytes: env.RATE_LIMIT_BYTES,
      refusals: env.RATE_LIMIT_REFUSALS,
    },
    recovery: env.TOCSIN_RECOVERY,
    crashpoint: env.NODE_ENV === 'test' ? env.CRASHPOINT : undefined,
  };
}

/** How to reach Kafka, for a program that is no service. @throws ConfigError naming each wrong variable */
export function readKafkaSettings(program: string, environment?: Environment): KafkaSettings {
  return kafkaSettings(program, readConfig(kafkaShape, environment));
}

function isMasterKeys(text: string): boolean {
  try {
    parseMasterKeys(text);
    return true;
  } catch {
    return false;
  }
}

type Env = z.infer<z.ZodObject<typeof kafkaShape>>;

function kafkaSettings(service: string, env: Env): KafkaSettings {
  const ssl = env.KAFKA_SSL_CA ? { ca: [certificates(env.KAFKA_SSL_CA)] } : true;
  return {
    brokers: env.KAFKA_BROKERS ?? [`127.0.0.1:${env.KAFKA_PORT}`],
    clientId: `tocsin-${service}`,
    ...(env.KAFKA_SASL_MECHANISM ? { sasl: saslOf(env.KAFKA_SASL_MECHANISM, env) } : {}),
    ...((env.KAFKA_SSL ?? env.KAFKA_SSL_CA !== undefined) ? { ssl } : {}),
  };
}

function saslOf(mechanism: SaslMechanism, env: Env): SaslSettings {
  if (!env.KAFKA_USERNAME)
    throw new ConfigError('KAFKA_USERNAME: read nothing; allowed: the name for KAFKA_SASL_MECHANISM');
  if (!env.KAFKA_PASSWORD)
    throw new ConfigError('KAFKA_PASSWORD: read nothing; allowed: the password for KAFKA_SASL_MECHANISM');
  return { mechanism, username: env.KAFKA_USERNAME, password: env.KAFKA_PASSWORD };
}

function certificates(value: string): string {
  if (value.includes('-----BEGIN CERTIFICATE-----')) return value;
  try {
    const pem = readFileSync(value, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch {
    // Falls through to the same complaint: an unreadable file and a wrong one are mended alike.
  }
  throw new ConfigError(
    `KAFKA_SSL_CA: read "${masked('KAFKA_SSL_CA', value)}"; allowed: a readable file with PEM certificates, or the certificates themselves`,
  );
}
