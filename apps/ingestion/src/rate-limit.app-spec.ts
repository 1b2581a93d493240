import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

let ingestion: IngestionForSpec;

beforeAll(async () => {
  ingestion = await ingestionForSpec({ environment: { RATE_LIMIT_EVENTS: '1', RATE_LIMIT_REFUSALS: '1' } });
}, 60_000);

afterAll(() => ingestion?.stop());

const alert = (name: string) => ({
  labels: { alertname: name },
  annotations: {},
  status: 'firing',
  startsAt: '2026-01-01T00:00:00Z',
});

describe('a sender of more events than its rate allows', () => {
  it('has them taken, and is told 429 the next time', async () => {
    const { token } = await ingestion.token({});
    const events = Array.from({ length: 50 }, (_, n) => ({ name: 'Deployed', payload: { n } }));
    expect((await ingestion.post('/tocsin/v1/events', events, { token })).status).toBe(202);
    const told = await ingestion.post('/tocsin/v1/events', events, { token });
    expect([told.status, told.json.title]).toEqual([429, 'Too many requests']);
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(1);
  });

  it('is told 503 with Retry-After where it is an Alertmanager, with a token and without', async () => {
    const { token } = await ingestion.token({});
    const alerts = Array.from({ length: 50 }, (_, n) => alert(`a${n}`));
    expect((await ingestion.post('/alerts/INS', { version: '4', alerts }, { token })).status).toBe(200);
    const pushed = await ingestion.post('/alerts/INS/api/v2/alerts', alerts, { token });
    const posted = await ingestion.post('/alerts/INS', { version: '4', alerts }, { token });
    expect([pushed.status, posted.status]).toEqual([503, 503]);
    expect(Number(posted.headers.get('retry-after'))).toBeGreaterThan(1);
    const answers: Answer[] = [];
    for (let i = 0; i < 40; i++) answers.push(await ingestion.post('/alerts/INS', { version: '4' }, { token: null }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 503]));
  });
});
