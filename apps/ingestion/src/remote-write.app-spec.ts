import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testInstallation } from '#libs/testing';
import { compressSync } from 'snappy';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';
import { encodedV2, type ForSpec } from './remote-write/encoded-for-spec.js';

const { bodies } = JSON.parse(readFileSync('apps/ingestion/src/remote-write/recorded/requests.json', 'utf8')) as {
  bodies: readonly string[];
};
const PATH = '/api/v1/write';
const TYPE_1 = 'application/x-protobuf';
const TYPE_2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';

function write(to: IngestionForSpec, body: Buffer, type = TYPE_1, more: Record<string, string> = {}) {
  const headers = { 'content-type': type, 'content-encoding': 'snappy', ...more };
  return to.post(PATH, body, { headers });
}

describe('remote write', () => {
  let ingestion: IngestionForSpec;

  beforeAll(async () => {
    ingestion = await ingestionForSpec();
  }, 30_000);

  afterAll(() => ingestion?.stop());

  const writtenOf = (headers: Headers): (string | null)[] =>
    ['samples', 'histograms', 'exemplars'].map((what) => headers.get(`x-prometheus-remote-write-${what}-written`));
  const second = (series: ForSpec['series']): Buffer =>
    compressSync(encodedV2({ symbols: ['', '__name__', 'up', 'cluster', 'second'], series }));

  it('1.0: takes what Prometheus sends, and answers 204 without a body', async () => {
    for (const body of bodies) {
      expect(await write(ingestion, Buffer.from(body, 'base64'))).toMatchObject({ status: 204, text: '' });
    }
    const samples = await ingestion.samples();
    expect(samples.length).toBeGreaterThan(10);
    expect(new Set(samples.map(({ metadata }) => metadata.subject))).toEqual(new Set(['cluster/c1']));
  });

  it('2.0: says how much was written', async () => {
    const now = Date.now();
    const body = second([
      {
        refs: [1, 2, 3, 4],
        samples: [
          [1, now],
          [2, now + 1],
        ],
        exemplars: 2,
      },
      { refs: [1, 2, 3, 4], histograms: [[1, 1, now]] },
    ]);
    const answer = await write(ingestion, body, TYPE_2, { 'x-prometheus-remote-write-version': '2.0.0' });
    expect(answer.status).toBe(204);
    expect(writtenOf(answer.headers)).toEqual(['2', '1', '0']);
  });

  it('2.0: 400 where some were refused, with how many were written; the others are kept', async () => {
    const before = (await ingestion.samples()).length;
    const now = Date.now();
    const body = second([
      {
        refs: [1, 2, 3, 4],
        samples: [
          [1, now],
          [1, now + 3 * 3_600_000],
        ],
      },
      { refs: [3, 4], histograms: [[1, 1, now]] },
    ]);
    const answer = await write(ingestion, body, TYPE_2);
    expect(answer.status).toBe(400);
    expect(writtenOf(answer.headers)).toEqual(['1', '0', '0']);
    expect(answer.json.detail).toMatch(/timestamp.*__name__/);
    expect(await ingestion.samples()).toHaveLength(before + 1);
  });

  it.each([
    ['another message', compressSync('x'), `${TYPE_1};proto=other.Request`, 415],
    ['another type', compressSync('x'), 'application/json', 415],
    ['what is no message', compressSync(Buffer.from([0x0a, 0xff])), TYPE_1, 400],
    ['what is no snappy', Buffer.from('no snappy at all'), TYPE_1, 400],
    ['a bomb', compressSync(Buffer.alloc(50 * 1024 * 1024)), TYPE_1, 413],
  ])('refuses %s', async (_what, body, type, status) => {
    expect((await write(ingestion, body, type)).status).toBe(status);
  });

  it('refuses another encoding, and who may not', async () => {
    expect((await write(ingestion, compressSync('x'), TYPE_1, { 'content-encoding': 'gzip' })).status).toBe(415);
    const headers = { 'content-type': TYPE_1, 'content-encoding': 'snappy' };
    expect((await ingestion.post(PATH, compressSync(''), { headers, token: null })).status).toBe(401);
    const { token } = await ingestion.token({ kind: 'reader' });
    expect((await ingestion.post(PATH, compressSync(''), { headers, token })).status).toBe(403);
  });
});

it('without a broker a sender is told to come back', async () => {
  const installation = await testInstallation();
  const environment = { ...installation.environment, KAFKA_BROKERS: '127.0.0.1:9' };
  const away = await ingestionForSpec({ environment }, installation);
  try {
    const answer = await write(away, Buffer.from(bodies[0]!, 'base64'));
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    await away.stop();
    await installation.drop();
  }
}, 20_000);
