import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { IsInt, IsString, MaxLength } from 'class-validator';
import { createTestService, inventoryGaps, type TestService } from '#libs/testing';
import { Allow, Caller } from '../access/allow.js';
import { type Principal } from '../access/principal.js';
import { PageQuery } from '../http/pages.js';
import { problem } from '../http/problem.js';
import { describeService } from '../openapi/describe.js';

class ThingDto {
  @IsString()
  @MaxLength(10)
  name!: string;

  @IsInt()
  size!: number;
}

let made: unknown[] = [];

@Controller('things')
@Allow('admin', 'user')
class ThingsController {
  @Get()
  list(@Query() page: PageQuery): object {
    return { limit: page.limit };
  }

  @Get('me')
  me(@Caller() caller: Principal): object {
    return caller;
  }

  @Get('broken')
  broken(): never {
    throw new Error('secret internals');
  }

  @Get(':id')
  one(@Param('id') id: string): never {
    throw problem(404, 'No such thing', { detail: `no thing ${id}` });
  }

  @Post()
  make(@Body() thing: ThingDto): object {
    made.push(thing);
    return thing;
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

let service: TestService;

beforeAll(async () => {
  service = await createTestService({ service: 'things', module: ThingsModule });
}, 30_000);

afterAll(() => service?.stop());

describe('a service', () => {
  it('answers its first admin', async () => {
    const answer = await service.request('/things/me');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ kind: 'admin', installation: true, partitions: null });
  });

  it('answers health, part by part, without a token', async () => {
    const ready = await service.request('/health/ready', { token: null });
    expect(await ready.json()).toMatchObject({
      status: 'ok',
      parts: { database: { status: 'up' }, broker: { status: 'up' } },
    });
    expect(ready.status).toBe(200);
    expect((await service.request('/health/live', { token: null })).status).toBe(200);
  });

  it('answers metrics, the API document and Swagger UI without a token', async () => {
    const metrics = await service.request('/metrics', { token: null });
    expect(await metrics.text()).toContain('nodejs_eventloop_lag_p99_seconds');
    const document = (await (await service.request('/openapi.json', { token: null })).json()) as {
      openapi: string;
      paths: object;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/things');
    expect((await service.request('/docs', { token: null })).status).toBe(200);
  });

  it('documents every route, and says the same without being started', async () => {
    expect(await inventoryGaps(service)).toEqual([]);
    const served: unknown = await (await service.request('/openapi.json', { token: null })).json();
    expect(JSON.parse(JSON.stringify(await describeService({ service: 'things', module: ThingsModule })))).toEqual(
      served,
    );
  });

  it('names what is wrong with a body, field by field', async () => {
    const answer = await service.request('/things', { json: { name: 'x'.repeat(11), size: 'big', extra: 1 } });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Invalid request',
      status: 400,
      instance: '/things',
      fields: {
        name: 'must be shorter than or equal to 10 characters',
        size: 'must be an integer number',
        extra: 'this field does not exist',
      },
    });
  });

  it('says nothing of what broke inside', async () => {
    const answer = await service.request('/things/broken');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret internals');
  });
});
