import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../body.js';
import { decodeMessage } from '../protobuf/decode.js';
import { readMessage } from '../protobuf/read.js';
import { Refusal, type SourceContext } from '../source.js';
import { otlpLogs } from '../sources/otlp-logs/otlp-logs.source.js';
import { otlpMetrics } from '../sources/otlp-metrics/otlp-metrics.source.js';
import { unpackGzip } from '../unpack.js';
import { EXPORT_LOGS, EXPORT_METRICS } from './messages.js';

const recorded = JSON.parse(readFileSync('apps/ingestion/src/otlp/recorded/requests.json', 'utf8')) as Record<
  'logsProtobuf' | 'logsJson' | 'metricsProtobuf' | 'metricsJson',
  string
>;
const bytesOf = (name: keyof typeof recorded): Buffer => Buffer.from(recorded[name], 'base64');
const context: SourceContext = {
  partition: '',
  now: '2026-11-21T23:00:00.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};

describe('what the real exporters send', () => {
  it('comes to the same log records as protobuf and as JSON', async () => {
    const bytes = await unpackGzip(bytesOf('logsProtobuf'), 'gzip');
    const fromProtobuf = otlpLogs.translate(readMessage(EXPORT_LOGS)(bytes as Buffer), context);
    expect(fromProtobuf).toEqual(otlpLogs.translate(parseJson(bytesOf('logsJson')), context));
    expect(fromProtobuf.accepted).toHaveLength(2);
    expect(fromProtobuf.rejected).toEqual([]);
  });

  it('comes to the same metric points as protobuf and as JSON', () => {
    const told = (body: unknown) =>
      otlpMetrics
        .translate(body, context)
        .accepted.map(({ payload }) => ({ ...(payload as Record<string, unknown>), at: '' }));
    const fromProtobuf = told(readMessage(EXPORT_METRICS)(gunzipSync(bytesOf('metricsProtobuf'))));
    expect(fromProtobuf).toEqual(told(parseJson(bytesOf('metricsJson'))));
    expect(fromProtobuf).toHaveLength(9);
  });
});

describe('protobuf from outside', () => {
  const whole = gunzipSync(bytesOf('logsProtobuf'));

  it('is refused or read wherever it is cut, and never breaks anything', () => {
    for (let length = 0; length < whole.length; length++) {
      const body = readMessage(EXPORT_LOGS)(whole.subarray(0, length));
      expect(body instanceof Refusal ? body.kind : 'read').toMatch(/^(type|read)$/);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(whole.length - 1), (noise, at) => {
        const broken = Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at)]);
        const body = readMessage(EXPORT_LOGS)(broken);
        if (!(body instanceof Refusal)) otlpLogs.translate(body, context);
      }),
    );
  });

  it('may have fields that nobody knows here', () => {
    const more = new BinaryWriter().tag(99, WireType.LengthDelimited).string('new').finish();
    expect(decodeMessage(Buffer.concat([whole, more]), EXPORT_LOGS)).toEqual(decodeMessage(whole, EXPORT_LOGS));
  });

  it('is refused where it nests too deeply or stands for too many values', () => {
    let value: Uint8Array = new BinaryWriter().tag(1, WireType.LengthDelimited).string('x').finish();
    for (let i = 0; i < 60; i++) {
      const list = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(value).finish();
      value = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(list).finish();
    }
    const wrap = (numbers: readonly number[]): Uint8Array =>
      numbers.reduceRight(
        (inner, n) => new BinaryWriter().tag(n, WireType.LengthDelimited).bytes(inner).finish(),
        value,
      );
    expect(readMessage(EXPORT_LOGS)(Buffer.from(wrap([1, 2, 2, 5])))).toMatchObject({ kind: 'type' });
    const many = Buffer.alloc(3_000_000, Buffer.from([0x0a, 0x00]));
    expect(readMessage(EXPORT_LOGS)(many)).toMatchObject({ kind: 'size' });
  });

  it('is refused where a text is not UTF-8', () => {
    const key = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .bytes(Buffer.from([0xff, 0xfe]))
      .finish();
    const attribute = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(key).finish();
    const resource = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(attribute).finish();
    const body = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(resource).finish();
    expect(readMessage(EXPORT_LOGS)(Buffer.from(body))).toMatchObject({ kind: 'type' });
  });
});

describe('gzip', () => {
  it('ends at a bound, and what is none is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect(await unpackGzip(bomb, 'gzip')).toMatchObject({ kind: 'size' });
    expect(await unpackGzip(Buffer.from('no gzip'), 'gzip')).toMatchObject({ kind: 'type' });
    expect(await unpackGzip(gzipSync('{}').subarray(0, 12), 'gzip')).toMatchObject({ kind: 'type' });
  });
});
