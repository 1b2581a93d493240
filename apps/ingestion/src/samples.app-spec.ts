import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

let ingestion: IngestionForSpec;

beforeAll(async () => {
  ingestion = await ingestionForSpec();
}, 30_000);

afterAll(() => ingestion?.stop());

const PATH = '/tocsin/v1/samples';
const MIB = 1024 * 1024;
const LINES = { headers: { 'content-type': 'application/x-ndjson' } };
const log = (clusterId: string, message: unknown = 'a line'): object => ({
  kind: 'LogRecord',
  clusterId,
  nodeId: 'n0',
  at: new Date().toISOString(),
  message,
});
const ofCluster = async (clusterId: string) =>
  (await ingestion.samples()).filter(({ payload }) => (payload as { clusterId: string }).clusterId === clusterId);

describe('POST /tocsin/v1/samples', () => {
  it('puts samples on the telemetry topic, with the key of their cluster', async () => {
    const answer = await ingestion.post(PATH, [log('one'), { kind: 'Other' }, log('one')]);
    expect(answer).toMatchObject({ status: 202, json: { accepted: 2, rejected: [{ index: 1 }] } });
    const written = await ofCluster('one');
    expect(written.map(({ name }) => name)).toEqual(['LogRecord', 'LogRecord']);
    expect(written[0]!.metadata).toMatchObject({ subject: 'cluster/one', source: 'admin' });
    const records = await ingestion.records('telemetry');
    expect(new Set(records.map(({ key }) => key!.toString()))).toEqual(
      new Set([`${written[0]!.metadata.organizationId}/cluster/one`]),
    );
    expect(records[0]!.headers).toMatchObject({ name: 'LogRecord', id: written[0]!.metadata.id });
    expect(await ingestion.records()).toHaveLength(0);
  });

  it('takes lines, and one under an Idempotency-Key once', async () => {
    const lines = [log('two'), log('two')].map((sample) => JSON.stringify(sample)).join('\n');
    expect((await ingestion.post(PATH, `${lines}\nbroken\n`, LINES)).json).toMatchObject({
      accepted: 2,
      rejected: [{ index: 2 }],
    });
    const keyed = { headers: { 'idempotency-key': 'k' } };
    const body = [log('three')];
    for (let i = 0; i < 2; i++) expect((await ingestion.post(PATH, body, keyed)).json).toMatchObject({ accepted: 1 });
    expect(await ofCluster('three')).toHaveLength(1);
  });

  it('takes a thousand and 16 MiB, and answers 413 beyond', async () => {
    const text = 'x'.repeat(16_000);
    const many = Array.from({ length: 1000 }, () => log('four', text));
    expect((await ingestion.post(PATH, many)).json).toMatchObject({ accepted: 1000, rejected: [] });
    expect((await ingestion.post(PATH, [...many, log('four')])).status).toBe(413);
    expect((await ingestion.post(PATH, Buffer.alloc(16 * MIB + 1, ' '))).status).toBe(413);
    const lines = [...many, log('four')].map((sample) => JSON.stringify(sample)).join('\n');
    expect((await ingestion.post(PATH, lines, LINES)).status).toBe(413);
    expect(await ofCluster('four')).toHaveLength(1000);
  }, 30_000);

  it('refuses what is no list of samples, and who may not', async () => {
    for (const body of ['', '{', 'nul', '"text"', '\0']) expect((await ingestion.post(PATH, body)).status).toBe(400);
    const reader = await ingestion.token({ kind: 'reader' });
    expect((await ingestion.post(PATH, [log('five')], { token: reader.token })).status).toBe(403);
    expect((await ingestion.post(PATH, [log('five')], { token: null })).status).toBe(401);
    const { token } = await ingestion.token({});
    expect((await ingestion.post(PATH, [log('five')], { token })).status).toBe(202);
  });

  it('bears a million names of clusters', async () => {
    const before = process.memoryUsage().rss;
    const batch = (n: number): object[] => Array.from({ length: 1000 }, (_, i) => log(`many-${n}-${i}`));
    for (let n = 0; n < 50; n++) expect((await ingestion.post(PATH, batch(n))).status).toBe(202);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MIB);
  }, 60_000);
});
