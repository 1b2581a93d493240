import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HealthReport } from '../health/health.js';
import { HealthService } from '../health/health-service.js';
import { type ProcessorStatus } from '../processing/processor-status.js';
import { aliveChecks, processorChecks } from './processor-health.js';

const PARTITION = { partition: 3, nextOffset: 7, lagEvents: 2, lagSeconds: 1, checkpointAge: 0, stopped: undefined };

let health: HealthService;

beforeEach(() => {
  health = new HealthService('x');
});

afterEach(() => health.close());

async function healthWith(of: Partial<ProcessorStatus>): Promise<{ live: HealthReport; ready: HealthReport }> {
  const status = { name: 'p', topic: 't', alive: true, stuck: false, partitions: [PARTITION], ...of };
  const host = { status: () => [status] };
  health.addLiveness(() => aliveChecks(host));
  health.addReadiness(() => processorChecks(host));
  return { live: await health.liveness(), ready: await health.readiness() };
}

describe('a processor, in the health of its service', () => {
  it.each([
    ['that runs', {}, 'ok', 'ok'],
    ['that joins its group, or whose broker is away', { alive: false, partitions: [] }, 'ok', 'unavailable'],
    ['that never gets in', { alive: false, stuck: true }, 'unavailable', 'unavailable'],
    ['with a stopped partition', { partitions: [{ ...PARTITION, stopped: 'poison' }] }, 'ok', 'unavailable'],
  ])('%s', async (_, status, live, ready) => {
    const found = await healthWith(status);
    expect([found.live.status, found.ready.status]).toEqual([live, ready]);
  });

  it('says how far it is, and which partition was stopped', async () => {
    const { ready } = await healthWith({ partitions: [{ ...PARTITION, stopped: 'poison' }] });
    expect(ready.parts['processor:p']).toEqual({
      status: 'down',
      detail: 'partition 3: poison',
      partitions: 1,
      lagEvents: 2,
      lagSeconds: 1,
    });
  });
});
