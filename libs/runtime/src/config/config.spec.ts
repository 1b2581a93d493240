import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, masked, readConfig } from './config.js';
import { flag, hostPorts, httpUrl, port, topicName, wholeNumber } from './values.js';

const shape = {
  DELIVERY_CALL_TIMEOUT: wholeNumber(1, 300).default(15),
  SINKS: z.string().optional(),
  API_TOKEN: z.string().min(8).describe('at least 8 characters').optional(),
};

describe('readConfig', () => {
  it('reads what is there, takes defaults, counts empty as absent, ignores what it does not know', () => {
    expect(readConfig(shape, { DELIVERY_CALL_TIMEOUT: ' 20 ', SINKS: '', HOME: '/x' })).toEqual({
      DELIVERY_CALL_TIMEOUT: 20,
    });
  });

  it('says in one line what a wrong variable is called, what was read and what is allowed', () => {
    expect(() => readConfig(shape, { DELIVERY_CALL_TIMEOUT: 'soon' })).toThrow(
      new ConfigError('DELIVERY_CALL_TIMEOUT: read "soon"; allowed: a whole number from 1 to 300'),
    );
  });

  it('says so of each', () => {
    const read = (): unknown => readConfig(shape, { DELIVERY_CALL_TIMEOUT: '0', API_TOKEN: 'abc' });
    expect(read).toThrow(
      'DELIVERY_CALL_TIMEOUT: read "0"; allowed: a whole number from 1 to 300\nAPI_TOKEN: read "***"',
    );
  });

  it('names a variable that is needed and absent', () => {
    const read = (): unknown => readConfig({ DATABASE: z.string().describe('a URL') }, {});
    expect(read).toThrow('DATABASE: read nothing; allowed: a URL');
  });
});

describe('masked', () => {
  it.each([
    ['SLACK_TOKEN', 'xoxb-1', '***'],
    ['TOCSIN_MASTER_KEYS', 'k:abc', '***'],
    ['DATABASE_URL', 'postgres://me:hunter2@db/x', 'postgres://***@db/x'],
    ['LOG_LEVEL', 'in\nfo\u001b[31m', 'in?fo?[31m'],
    ['SINKS', 'x'.repeat(101), `${'x'.repeat(100)}...`],
  ])('%s', (name, value, shown) => expect(masked(name, value)).toBe(shown));
});

describe('values', () => {
  const reads = (schema: z.ZodType, text: string): unknown => schema.safeParse(text).data;

  it.each([
    ['true', true],
    ['ON', true],
    ['0', false],
    ['maybe', undefined],
  ])('flag %s', (text, value) => expect(reads(flag, text)).toBe(value));

  it.each([
    ['8080', 8080],
    ['65536', undefined],
    ['-1', undefined],
    ['80.5', undefined],
    ['0x50', undefined],
  ])('port %s', (text, value) => expect(reads(port, text)).toBe(value));

  it.each([
    ['a:9092', ['a:9092']],
    ['a:9092, [::1]:9093', ['a:9092', '[::1]:9093']],
    ['a', undefined],
    ['a:9092,', undefined],
    ['kafka://a:9092', undefined],
  ])('host and port %s', (text, value) => expect(reads(hostPorts, text)).toEqual(value));

  it.each(['https://slack.com/api/', 'http://127.0.0.1:4321'])('URL %s', (text) =>
    expect(reads(httpUrl, text)).toBe(text),
  );
  it.each(['ftp://x', 'slack.com', 'https://me:pw@slack.com'])('no URL of ours: %s', (text) =>
    expect(reads(httpUrl, text)).toBeUndefined(),
  );
  it.each(['a b', '..', 'ä', ''])('no topic name: "%s"', (text) => expect(reads(topicName, text)).toBeUndefined());
});
