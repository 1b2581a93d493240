import { afterEach, describe, expect, it } from '@jest/globals';
import { type PartHealth, reportOf } from './health.js';
import { HealthService } from './health-service.js';

const part = (name: string, status: PartHealth['status'], optional = false) => ({
  check: { name, optional, check: () => ({ status }) },
  health: { status },
});

describe('a health report', () => {
  it.each([
    [[part('a', 'up')], 'ok'],
    [[part('a', 'up'), part('b', 'degraded')], 'degraded'],
    [[part('a', 'down'), part('b', 'up')], 'unavailable'],
    [[part('a', 'up'), part('b', 'down', true)], 'degraded'],
  ])('%#', (results, status) => expect(reportOf('x', results).status).toBe(status));

  it('names each part', () => {
    expect(reportOf('x', [part('database', 'down')])).toEqual({
      status: 'unavailable',
      service: 'x',
      parts: { database: { status: 'down' } },
    });
  });
});

describe('the health service', () => {
  let health: HealthService;
  afterEach(() => health.close());

  it('takes an error as down and shows its class, not its message', async () => {
    health = new HealthService('x');
    const error = Object.assign(new Error('password of db.internal'), { code: 'ECONNREFUSED' });
    health.addReadiness({ name: 'database', check: () => Promise.reject(error) });
    expect((await health.readiness()).parts['database']).toEqual({ status: 'down', detail: 'Error ECONNREFUSED' });
  });

  it('runs checks at most twice a second, and again after a change', async () => {
    health = new HealthService('x');
    let runs = 0;
    health.addReadiness({ name: 'a', check: () => ({ status: 'up', runs: ++runs }) });
    await Promise.all(Array.from({ length: 50 }, () => health.readiness()));
    expect(runs).toBe(1);
    health.refresh();
    await health.readiness();
    expect(runs).toBe(2);
  });

  it('follows parts that come and go', async () => {
    health = new HealthService('x');
    let names = ['a'];
    health.addReadiness(() => names.map((name) => ({ name, check: () => ({ status: 'up' }) })));
    expect(Object.keys((await health.readiness()).parts)).toEqual(['a']);
    names = ['b', 'c'];
    health.refresh();
    expect(Object.keys((await health.readiness()).parts)).toEqual(['b', 'c']);
  });

  it('is alive while its event loop turns', async () => {
    health = new HealthService('x');
    expect(await health.liveness()).toMatchObject({ status: 'ok', parts: { eventLoop: { status: 'up' } } });
  });
});
