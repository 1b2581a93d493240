import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

const ROOT = '/srv/tocsin';
const KEY = Buffer.alloc(32, 7).toString('base64');

function read(environment: Record<string, string>) {
  return readConfig(environment, ROOT);
}

function refusal(environment: Record<string, string>): string {
  try {
    read(environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('the configuration of npm start', () => {
  it('has a default for everything', () => {
    expect(read({ HOME: '/home/me' })).toMatchObject({
      home: '/srv/tocsin/.tocsin',
      host: '127.0.0.1',
      port: 4000,
      kafkaPort: 9092,
      kafka: undefined,
      databaseUrl: undefined,
      topics: { events: 'events-stream', telemetry: 'telemetry-stream', deadLetters: 'dead-letters' },
      ground: 'auto',
      cacheDir: '/home/me/.cache/tocsin',
    });
  });

  it('counts an empty variable as not set', () => {
    const empty = { PORT: '', KAFKA_BROKERS: '', SINKS: '', TOCSIN_HOME: '' };
    expect({ ...read(empty), environment: {} }).toEqual({ ...read({}), environment: {} });
  });

  it('reads what an existing cluster needs', () => {
    const kafka = read({
      KAFKA_BROKERS: 'a:9092,b:9093',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_USERNAME: 'tocsin',
      KAFKA_PASSWORD: 'hush',
      KAFKA_SSL: 'true',
    }).kafka;
    expect(kafka).toEqual({
      brokers: ['a:9092', 'b:9093'],
      ssl: true,
      ca: undefined,
      sasl: { mechanism: 'scram-sha-512', username: 'tocsin', password: 'hush' },
    });
  });

  it('keeps a cache where the system keeps caches, or where it is told to', () => {
    expect(read({ XDG_CACHE_HOME: '/var/cache/me' }).cacheDir).toBe('/var/cache/me/tocsin');
    expect(read({ TOCSIN_CACHE: '/elsewhere' }).cacheDir).toBe('/elsewhere');
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT: read "abc"; allowed: a port from 1 to 65485'],
    [{ PORT: '65530' }, 'PORT: read "65530"; allowed: a port from 1 to 65485'],
    [{ KAFKA_PORT: '-1' }, 'KAFKA_PORT: read "-1"; allowed: a port from 1 to 65535'],
    [{ KAFKA_BROKERS: 'nowhere' }, 'KAFKA_BROKERS: read "nowhere"; allowed: host:port,host:port,...'],
    [{ SINKS: 'slack,pigeon' }, 'SINKS: read "slack,pigeon"; allowed: all, or some of '],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: read "loud"; allowed: fatal, error, warn, info, debug, trace, silent'],
    [{ ARGUS_TIME_ZONE: 'Mars/Olympus' }, 'ARGUS_TIME_ZONE: read "Mars/Olympus"; allowed: a time zone'],
    [
      { SLACK_API_URL: 'https://slack.test/' },
      'SLACK_API_URL: read "https://slack.test/"; allowed: an http or https URL that ends',
    ],
    [{ EVENTS_TOPIC: 'a b' }, 'EVENTS_TOPIC: read "a b"; allowed: a Kafka topic name'],
    [{ SLACK_UPDATE_INTERVAL: '0' }, 'SLACK_UPDATE_INTERVAL: read "0"; allowed: seconds, above 0'],
    [{ DELIVERY_RETRY_SCHEDULE: '1;2' }, 'DELIVERY_RETRY_SCHEDULE: read "1;2"; allowed: seconds,seconds,...'],
  ])('refuses %j in one line that says what is allowed', (environment, line) => {
    const message = refusal(environment);
    expect(message.startsWith(line)).toBe(true);
    expect(message).not.toContain('\n');
  });

  it.each([
    ['TOCSIN_ADMIN_TOKEN', 'too-short'],
    ['TOCSIN_MASTER_KEYS', `a:${KEY},a:${KEY}`],
    ['TOCSIN_MASTER_KEYS', 'a:dG9vLXNob3J0'],
    ['DATABASE_URL', 'mysql://me:hush@db/x'],
  ])('names %s without showing what was in it', (name, value) => {
    const message = refusal({ [name]: value });
    expect(message).toContain(`${name}: read a secret of ${value.length} characters (not shown); allowed: `);
    expect(message).not.toContain(value);
    expect(message).not.toContain('hush');
  });

  it('takes what Onix called port and log level, where ours are not set', () => {
    expect(readConfig({ OXSES_PORT: '8888' }, '/checkout').port).toBe(8888);
    expect(readConfig({ OXSES_PORT: '8888', PORT: '5000' }, '/checkout').port).toBe(5000);
    const levelOf = (environment: NodeJS.ProcessEnv) => readConfig(environment, '/checkout').environment['LOG_LEVEL'];
    expect(levelOf({ OXSES_LOGLEVEL: 'Warning' })).toBe('warn');
    expect(levelOf({ OXSES_LOGLEVEL: 'Panic' })).toBe('fatal');
    expect(levelOf({ OXSES_LOGLEVEL: 'Trace', LOG_LEVEL: 'info' })).toBe('info');
    expect(refusal({ OXSES_LOGLEVEL: 'loud' })).toMatch(/^OXSES_LOGLEVEL: read "loud"; allowed: panic, fatal, /);
    expect(refusal({ STATUS_AFTER_RESOLVE: 'down' })).toMatch(/^STATUS_AFTER_RESOLVE: read "down"; allowed: /);
  });

  it('asks for the password that a mechanism needs', () => {
    const message = refusal({ KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME: 'me' });
    expect(message).toBe('KAFKA_PASSWORD: read nothing; allowed: a value, because KAFKA_SASL_MECHANISM is plain');
  });
});
