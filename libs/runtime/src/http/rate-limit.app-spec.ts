import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { createTestService, type TestService } from '#libs/testing';
import { Allow, Public } from '../access/allow.js';
import { TokenAdministration } from '../access/token-administration.js';
import { SlowDownBy503 } from './route-config.js';

@Controller()
@Allow('admin', 'reader')
class BridgesController {
  @Get('bridge')
  cross(): object {
    return {};
  }

  @Get('alerts/x')
  @SlowDownBy503()
  alert(): object {
    return {};
  }

  @Get('view')
  @Public()
  look(): object {
    return {};
  }
}

@Module({ controllers: [BridgesController] })
class BridgesModule {}

let service: TestService;

beforeAll(async () => {
  const environment = { RATE_LIMIT_REQUESTS: '1', RATE_LIMIT_REFUSALS: '1' };
  service = await createTestService({ service: 'bridges', module: BridgesModule }, { overrides: { environment } });
}, 30_000);

afterAll(() => service?.stop());

/** Asks until it is told something else than at first: ten come at once, then one a second. */
async function untilToldElse(path: string, init: Parameters<TestService['request']>[1]): Promise<[number, Response]> {
  const first = await service.request(path, init);
  for (let tries = 0; tries < 200; tries++) {
    const answer = await service.request(path, init);
    if (answer.status !== first.status) return [first.status, answer];
  }
  throw new Error(`${path} answers ${first.status} for ever`);
}

async function newToken(): Promise<string> {
  const administration = service.app.get(TokenAdministration);
  const { rows } = await service.access.query<{ id: string; project: string }>(
    'select o.id, p.id as project from access.organization o join access.project p on p.organization_id = o.id',
  );
  const [maker] = await administration.list(rows[0]!.id, 1);
  const { organizationId, projectId } = maker!;
  const made = await administration.create(
    { organizationId, projectId, tokenId: maker!.id },
    { name: 'spec', kind: 'reader' },
  );
  return made.token;
}

describe('a caller above its rate', () => {
  it('is told 429 and when to come back, in a problem document', async () => {
    const [before, answer] = await untilToldElse('/bridge', { token: await newToken() });
    expect([before, answer.status]).toEqual([200, 429]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await answer.json()).toMatchObject({ status: 429, title: 'Too many requests', instance: '/bridge' });
  });

  it('is told 503 where it is an Alertmanager', async () => {
    const [before, answer] = await untilToldElse('/alerts/x', { token: await newToken() });
    expect([before, answer.status, answer.headers.get('retry-after')]).toEqual([200, 503, '1']);
  });

  it('disturbs no other token', async () => {
    await untilToldElse('/bridge', { token: await newToken() });
    expect((await service.request('/bridge', { token: await newToken() })).status).toBe(200);
  });

  it('without a valid token is counted by its address, apart from those with one', async () => {
    const forwarded = (address: string) => ({ token: null, headers: { 'x-forwarded-for': address } });
    const [before, answer] = await untilToldElse('/bridge', forwarded('198.51.100.1'));
    expect([before, answer.status]).toEqual([401, 429]);
    const [unknown, told] = await untilToldElse('/nowhere', forwarded('198.51.100.2'));
    expect([unknown, told.status]).toEqual([401, 503]);
    expect((await service.request('/bridge', forwarded('198.51.100.3'))).status).toBe(401);
    const valid = { token: await newToken(), headers: { 'x-forwarded-for': '198.51.100.1' } };
    expect((await service.request('/bridge', valid)).status).toBe(200);
  });

  it('is counted by its address where no token is asked for; health is for everybody', async () => {
    const [before, answer] = await untilToldElse('/view', { token: null });
    expect([before, answer.status]).toEqual([200, 429]);
    for (let i = 0; i < 30; i++) expect((await service.request('/health/live', { token: null })).status).toBe(200);
  });
});
