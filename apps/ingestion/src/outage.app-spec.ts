import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testInstallation, type TestInstallation } from '#libs/testing';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

const event = { name: 'x', payload: 1 };
const alert = { status: 'firing', labels: { a: 'b' }, startsAt: '2026-11-20T09:00:00Z' };
const sample = { kind: 'LogRecord', clusterId: 'c', nodeId: 'n', at: '2026-11-20T09:00:00Z', message: 'x' };
const under = (key: string) => ({ headers: { 'idempotency-key': key } });

describe('without a broker', () => {
  let installation: TestInstallation;
  let ingestion: IngestionForSpec;

  beforeAll(async () => {
    installation = await testInstallation();
    // Port 9 discards: nobody listens there.
    ingestion = await ingestionForSpec(
      { environment: { ...installation.environment, KAFKA_BROKERS: '127.0.0.1:9' } },
      installation,
    );
  }, 30_000);

  afterAll(async () => {
    await ingestion?.stop();
    await installation?.drop();
  });

  it('every way in answers 503 with Retry-After within ten seconds', async () => {
    const ways: [string, unknown][] = [
      ['/tocsin/v1/events', event],
      ['/tocsin/v1/samples', [sample]],
      ['/alerts/INS', { version: '4', alerts: [alert] }],
      ['/alerts/INS/api/v2/alerts', [alert]],
    ];
    const began = performance.now();
    const answers = await Promise.all(
      ways.flatMap(([path, body]) => [
        ingestion.post(path, body),
        ingestion.post(path, body, under(path)),
        ingestion.post(path, body, under(path)),
      ]),
    );
    expect(performance.now() - began).toBeLessThan(10_000);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  }, 15_000);

  it('still tells a client its own mistakes, and is not ready as an Alertmanager', async () => {
    expect((await ingestion.post('/tocsin/v1/events', {})).status).toBe(400);
    expect((await ingestion.post('/alerts/INS', { alerts: [{}] })).status).toBe(400);
    expect((await ingestion.service.request('/alerts/INS/-/ready')).status).toBe(503);
    expect((await ingestion.service.request('/alerts/INS/-/healthy')).status).toBe(200);
  });
});

describe('when the database goes away', () => {
  let installation: TestInstallation;
  let ingestion: IngestionForSpec;

  beforeAll(async () => {
    installation = await testInstallation();
    ingestion = await ingestionForSpec({}, installation);
    expect((await ingestion.post('/tocsin/v1/events', event)).status).toBe(202);
    await installation.database.drop();
  }, 30_000);

  afterAll(async () => {
    await ingestion?.stop();
    await installation?.drop();
  });

  it('goes on accepting, with and without keys', async () => {
    expect((await ingestion.post('/alerts/INS', { version: '4', alerts: [alert] })).status).toBe(200);
    expect((await ingestion.post('/tocsin/v1/events', event)).status).toBe(202);
    expect((await ingestion.post('/tocsin/v1/events', event, under('k'))).status).toBe(202);
    expect((await ingestion.post('/tocsin/v1/events', { ...event, metadata: { id: 'own' } })).status).toBe(202);
  });

  it('still makes repeated requests one event, as long as this process remembers', async () => {
    const body = { name: 'together', payload: 1 };
    await Promise.all(Array.from({ length: 20 }, () => ingestion.post('/tocsin/v1/events', body, under('together'))));
    const events = (await ingestion.events()).filter(({ name }) => name === 'together');
    expect(events).toHaveLength(1);
  });
});
