import { describe, expect, it } from '@jest/globals';
import { readRuntimeConfig } from './runtime-config.js';

const DATABASE_URL = 'postgres://tocsin:pw@127.0.0.1:5432/tocsin';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('the settings of a service', () => {
  it('need a database alone', () => {
    expect(readRuntimeConfig('incidents', undefined, { DATABASE_URL })).toEqual({
      recovery: 'ask',
      service: 'incidents',
      port: 0,
      host: '127.0.0.1',
      kafka: { brokers: ['127.0.0.1:9092'], clientId: 'tocsin-incidents' },
      databaseUrl: DATABASE_URL,
      topics: { events: 'events-stream', telemetry: 'telemetry-stream', deadLetters: 'dead-letters' },
      home: '.tocsin',
      logLevel: 'info',
      masterKeys: undefined,
      adminToken: undefined,
      sink: undefined,
      rateLimits: { requests: 20_000, events: 500_000, bytes: 256 * 1024 * 1024, refusals: 1_000 },
      crashpoint: undefined,
    });
  });

  it('say how Kafka is reached', () => {
    const kafka = {
      KAFKA_BROKERS: 'a:9093,b:9093',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_USERNAME: 'ingestion',
      KAFKA_PASSWORD: 'hunter2',
      KAFKA_SSL_CA: PEM,
    };
    expect(readRuntimeConfig('ingestion', undefined, { DATABASE_URL, ...kafka }).kafka).toEqual({
      brokers: ['a:9093', 'b:9093'],
      clientId: 'tocsin-ingestion',
      sasl: { mechanism: 'scram-sha-512', username: 'ingestion', password: 'hunter2' },
      ssl: { ca: [PEM.trim()] },
    });
    expect(readRuntimeConfig('x', undefined, { DATABASE_URL, KAFKA_SSL: 'true' }).kafka.ssl).toBe(true);
    expect(
      readRuntimeConfig('x', undefined, { DATABASE_URL, KAFKA_SSL: 'false', KAFKA_SSL_CA: PEM }).kafka.ssl,
    ).toBeUndefined();
  });

  it('arm crash points only for tests', () => {
    const environment = { DATABASE_URL, CRASHPOINT: 'a.b' };
    expect(readRuntimeConfig('x', undefined, environment).crashpoint).toBeUndefined();
    expect(readRuntimeConfig('x', undefined, { ...environment, NODE_ENV: 'test' }).crashpoint).toBe('a.b');
  });

  it.each([
    [{}, 'DATABASE_URL: read nothing; allowed: a URL such as postgres://user:password@host:5432/database'],
    [{ DATABASE_URL: 'mysql://u:p@h/d' }, 'DATABASE_URL: read "mysql://***@h/d"'],
    [{ DATABASE_URL, SERVICE_PORT: '99999' }, 'SERVICE_PORT: read "99999"; allowed: a port number from 0 to 65535'],
    [
      { DATABASE_URL, KAFKA_BROKERS: 'localhost' },
      'KAFKA_BROKERS: read "localhost"; allowed: host:port[,host:port...]',
    ],
    [
      { DATABASE_URL, LOG_LEVEL: 'loud' },
      'LOG_LEVEL: read "loud"; allowed: fatal, error, warn, info, debug, trace, silent',
    ],
    [{ DATABASE_URL, TOCSIN_ADMIN_TOKEN: 'short' }, 'TOCSIN_ADMIN_TOKEN: read "***"; allowed: 16 to 512 printable'],
    [{ DATABASE_URL, TOCSIN_MASTER_KEYS: 'k:c2hvcnQ=' }, 'TOCSIN_MASTER_KEYS: read "***"; allowed: keyId:base64'],
    [{ DATABASE_URL, KAFKA_SASL_MECHANISM: 'plain' }, 'KAFKA_USERNAME: read nothing'],
    [{ DATABASE_URL, KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME: 'u' }, 'KAFKA_PASSWORD: read nothing'],
    [{ DATABASE_URL, KAFKA_SSL_CA: '/no/such/file' }, 'KAFKA_SSL_CA: read "/no/such/file"; allowed: a readable file'],
  ])('refuses %j', (environment, line) => {
    expect(() => readRuntimeConfig('x', undefined, environment as Record<string, string>)).toThrow(line);
  });
});
