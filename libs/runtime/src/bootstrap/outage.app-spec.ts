import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { ManualClock } from '#libs/core';
import { freePort, testInstallation, type TestInstallation, testProxy, through, until } from '#libs/testing';
import { Allow } from '../access/allow.js';
import { launchService } from './launch.js';
import { type LaunchedService } from './service.js';
import { type ServiceOptions } from './service-options.js';

@Controller('things')
@Allow('admin')
class ThingsController {
  @Get()
  list(): object {
    return {};
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

const options: ServiceOptions = { service: 'things', module: ThingsModule };
const open: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop();
});

async function installation(): Promise<TestInstallation> {
  const made = await testInstallation({ topics: false });
  open.push({ stop: () => made.drop() });
  return made;
}

async function launch(overrides: Parameters<typeof launchService>[1], of = options): Promise<LaunchedService> {
  const service = await launchService(of, overrides);
  open.push(service);
  return service;
}

const health = async (service: LaunchedService): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await fetch(`${service.url}/health/ready`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const asAdmin = (service: LaunchedService, ground: TestInstallation): Promise<Response> =>
  fetch(`${service.url}/things`, { headers: { authorization: `Bearer ${ground.adminToken}` } });

describe('a service whose database is down', () => {
  const behindProxy = async (up: boolean) => {
    const ground = await installation();
    const { hostname, port } = new URL(ground.database.url);
    const proxy = await testProxy({ host: hostname, port: Number(port) }, up);
    open.push({ stop: () => proxy.cut() });
    return { ground, proxy, environment: { ...ground.environment, DATABASE_URL: through(proxy, ground.database.url) } };
  };

  it('at start answers 503 and says what is missing, and serves when it is there', async () => {
    const { ground, proxy, environment } = await behindProxy(false);
    const service = await launch({ environment });
    expect(await health(service)).toMatchObject({
      status: 503,
      body: {
        status: 'unavailable',
        parts: { service: { status: 'down', detail: 'starting: waiting for the database' } },
      },
    });
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    const early = await asAdmin(service, ground);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '2']);
    await proxy.mend();
    await service.started;
    expect((await asAdmin(service, ground)).status).toBe(200);
    await until(async () => (await health(service)).status === 200);
  }, 30_000);

  it('at start can be stopped', async () => {
    const { environment } = await behindProxy(false);
    const service = await launch({ environment });
    await service.stop();
    await expect(service.started).rejects.toThrow('waiting for the database');
    await expect(fetch(service.url)).rejects.toThrow();
  }, 30_000);

  it('later goes on for the tokens that it knows, says so, and mends by itself', async () => {
    const { ground, proxy, environment } = await behindProxy(true);
    const clock = new ManualClock(Date.now());
    const service = await launch({ environment, clock }, { ...options, worksWithout: ['database'] });
    await service.started;
    expect((await asAdmin(service, ground)).status).toBe(200);
    await proxy.cut();
    clock.advance(60_000);
    expect((await asAdmin(service, ground)).status).toBe(200);
    const report = await until(async () => {
      const found = await health(service);
      return found.body['status'] === 'degraded' && found;
    });
    expect(report).toMatchObject({
      status: 200,
      body: { parts: { database: { status: 'down' }, broker: { status: 'up' } } },
    });
    const stranger = await fetch(`${service.url}/things`, { headers: { authorization: 'Bearer somebody-never-seen' } });
    expect(stranger.status).toBe(503);
    await proxy.mend();
    await until(async () => (await health(service)).body['status'] === 'ok');
  }, 30_000);
});

describe('a service whose broker is down', () => {
  it('starts, reads on, and names the broker', async () => {
    const ground = await installation();
    const environment = { ...ground.environment, KAFKA_BROKERS: `127.0.0.1:${await freePort()}` };
    const service = await launch({ environment });
    await service.started;
    expect((await asAdmin(service, ground)).status).toBe(200);
    expect(await health(service)).toMatchObject({
      status: 503,
      body: { status: 'unavailable', parts: { broker: { status: 'down' }, database: { status: 'up' } } },
    });
  }, 30_000);
});

describe('services that start at once on an empty database', () => {
  it('make one organisation and take one admin token', async () => {
    const ground = await installation();
    const services = await Promise.all([1, 2, 3, 4].map(() => launch({ environment: ground.environment })));
    const started = await Promise.all(services.map((service) => service.started));
    const { rows } = await started[0]!.access.query(
      'select (select count(*) from organization) o, (select count(*) from project) p, (select count(*) from token) t',
    );
    expect(rows).toEqual([{ o: 1, p: 1, t: 1 }]);
    for (const service of services) expect((await asAdmin(service, ground)).status).toBe(200);
  }, 60_000);
});
