import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testInstallation } from '#libs/testing';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';
import { type Message, decodeMessage } from './protobuf/decode.js';

let ingestion: IngestionForSpec;

beforeAll(async () => {
  ingestion = await ingestionForSpec();
}, 30_000);

afterAll(() => ingestion?.stop());

const recorded = JSON.parse(readFileSync('apps/ingestion/src/otlp/recorded/requests.json', 'utf8')) as Record<
  string,
  string
>;
const bytesOf = (name: string): Buffer => Buffer.from(recorded[name]!, 'base64');
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const GZIP = { 'content-encoding': 'gzip' };
const STATUS: Message = { 1: { name: 'code', of: 'int32' }, 2: { name: 'message', of: 'string' } };

async function postBytes(path: string, body: Buffer, headers: Record<string, string>, token?: string | null) {
  const answer = await ingestion.service.request(path, {
    method: 'POST',
    body: new Uint8Array(body),
    headers,
    ...(token === undefined ? {} : { token }),
  });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

describe('OTLP', () => {
  it.each([
    ['/otlp/v1/logs', 'logs', 2],
    ['/otlp/v1/metrics', 'metrics', 9],
  ])('%s takes what the real exporters send', async (path, name, count) => {
    const before = (await ingestion.samples()).length;
    const packed = await postBytes(path, bytesOf(`${name}Protobuf`), { ...PROTOBUF, ...GZIP });
    expect(packed).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
    expect(packed.headers.get('content-type')).toBe('application/x-protobuf');
    const json = await ingestion.post(path, bytesOf(`${name}Json`));
    expect(json).toMatchObject({ status: 200, text: '{}' });
    expect(json.headers.get('content-type')).toBe('application/json');
    const samples = (await ingestion.samples()).slice(before);
    expect(samples).toHaveLength(2 * count);
    expect(new Set(samples.map(({ metadata }) => metadata.subject))).toEqual(new Set(['cluster/c1']));
  });

  it('an empty request is a success', async () => {
    expect((await ingestion.post('/otlp/v1/logs', {})).text).toBe('{}');
    expect((await postBytes('/otlp/v1/metrics', gzipSync(''), { ...PROTOBUF, ...GZIP })).status).toBe(200);
  });

  it('tells of what it did not take, in the encoding of the request', async () => {
    const attributes = [{ key: 'cluster', value: { stringValue: 'c' } }];
    const body = { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: [{}, 1, 2] }] }] };
    expect((await ingestion.post('/otlp/v1/logs', body)).json).toEqual({
      partialSuccess: { rejectedLogRecords: '2', errorMessage: 'expected a log record' },
    });
  });

  it.each([
    ['what is no message', Buffer.from([0x0a, 0xff]), PROTOBUF, 400],
    ['what is no gzip', Buffer.from('x'), { ...PROTOBUF, ...GZIP }, 400],
    ['a bomb', gzipSync(Buffer.alloc(50 * 1024 * 1024)), { ...PROTOBUF, ...GZIP }, 413],
    ['another encoding', Buffer.from('x'), { ...PROTOBUF, 'content-encoding': 'br' }, 415],
    ['too much', Buffer.alloc(8 * 1024 * 1024 + 1), PROTOBUF, 413],
  ])('answers %s with a Status', async (_what, body, headers, status) => {
    const answer = await postBytes('/otlp/v1/logs', body, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
    expect(decodeMessage(answer.bytes, STATUS)).toMatchObject({
      code: expect.any(Number),
      message: expect.stringMatching(/./),
    });
  });

  it('answers JSON with a Status in JSON', async () => {
    for (const body of ['{', '[]', '"x"', '{"resourceLogs":1}']) {
      expect(await ingestion.post('/otlp/v1/logs', body)).toMatchObject({
        status: 400,
        json: { code: 3, message: expect.any(String) },
      });
    }
    expect(await ingestion.post('/otlp/v1/logs', {}, { token: null })).toMatchObject({
      status: 401,
      json: { code: 16 },
    });
    expect(await ingestion.post('/otlp/v1/traces', {})).toMatchObject({ status: 404, json: { code: 5 } });
    const reader = await ingestion.token({ kind: 'reader' });
    expect((await ingestion.post('/otlp/v1/logs', {}, { token: reader.token })).status).toBe(403);
  });
});

describe('OTLP without a broker', () => {
  it('is told to come back', async () => {
    const installation = await testInstallation();
    const environment = { ...installation.environment, KAFKA_BROKERS: '127.0.0.1:9' };
    const away = await ingestionForSpec({ environment }, installation);
    try {
      const answer = await away.post('/otlp/v1/logs', bytesOf('logsJson'));
      expect(answer).toMatchObject({ status: 503, json: { code: 14 } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await away.stop();
      await installation.drop();
    }
  }, 20_000);
});
