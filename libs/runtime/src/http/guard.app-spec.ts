import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post, Put, Req } from '@nestjs/common';
import { createTestService, testInstallation, type TestService, unrefused } from '#libs/testing';
import { type FastifyRequest } from 'fastify';
import { Allow, Public } from '../access/allow.js';
import { TokenAdministration } from '../access/token-administration.js';
import { createService } from '../bootstrap/launch.js';
import { type Dialect } from './dialect.js';
import { Consumes, RawBody } from './route-config.js';

const reached: string[] = [];

@Controller('doors')
@Allow('admin')
class DoorsController {
  @Get()
  list(): object {
    reached.push('list');
    return {};
  }

  @Post(':door/open')
  @Allow('source')
  open(): object {
    reached.push('open');
    return {};
  }

  @Put('raw')
  @RawBody()
  @Consumes('application/json', 'application/x-ndjson')
  raw(@Req() request: FastifyRequest): object {
    return { bytes: (request.body as Buffer).length };
  }

  @Get('window')
  @Public()
  look(): object {
    return {};
  }
}

@Controller('gates')
@Allow('admin')
class GatesController {
  @Get(':gate')
  get(): object {
    reached.push('gate');
    return { open: true };
  }
}

/** A compatible API with words of its own. */
const gates: Dialect = {
  prefix: '/gates',
  contentType: 'application/json',
  servedAt: (path) => (path.endsWith('/') ? path : `${path}/`),
  refusal: ({ status }, { method }) => ({ body: { no: status, method }, headers: { 'x-gate': 'shut' } }),
  options: (path, methods) => ({ path, methods }),
};

@Module({ controllers: [DoorsController, GatesController] })
class DoorsModule {}

@Controller('forgotten')
class ForgottenController {
  @Get()
  get(): object {
    return {};
  }
}

@Module({ controllers: [ForgottenController] })
class ForgottenModule {}

let service: TestService;

beforeAll(async () => {
  service = await createTestService({ service: 'doors', module: DoorsModule, dialects: [gates] });
}, 30_000);

afterAll(() => service?.stop());

async function tokenOfKind(kind: 'reader' | 'source', expiresAt?: string): Promise<{ id: string; token: string }> {
  const me = await service.app.get(TokenAdministration).list(await organizationId(), 1);
  const { organizationId: organization, projectId, id: tokenId } = me[0]!;
  const maker = { organizationId: organization, projectId, tokenId };
  return service.app.get(TokenAdministration).create(maker, { name: kind, kind, expiresAt });
}

async function organizationId(): Promise<string> {
  const { rows } = await service.access.query<{ id: string }>('select id from access.organization');
  return rows[0]!.id;
}

describe('the guard', () => {
  it('refuses every route in every spelling without a token, and reaches no handler', async () => {
    reached.length = 0;
    expect(await unrefused(service)).toEqual([]);
    expect(reached).toEqual([]);
  }, 30_000);

  it('gives no hint: the same answer for a path that exists and one that does not', async () => {
    const [known, unknown] = await Promise.all(
      ['/doors', '/nowhere'].map((path) => service.request(path, { token: null })),
    );
    expect(known!.headers.get('www-authenticate')).toBe(unknown!.headers.get('www-authenticate'));
    const bodies = await Promise.all([known!.json(), unknown!.json()]);
    expect({ ...(bodies[0] as object), instance: '' }).toEqual({ ...(bodies[1] as object), instance: '' });
  });

  it('lets a handler narrow its controller, and opens what is public', async () => {
    expect((await service.request('/doors')).status).toBe(200);
    expect((await service.request('/doors/1/open', { method: 'POST' })).status).toBe(403);
    expect((await service.request('/doors/window', { token: null })).status).toBe(200);
    const source = await tokenOfKind('source');
    expect((await service.request('/doors/1/open', { method: 'POST', token: source.token })).status).toBe(201);
    expect((await service.request('/doors', { token: source.token })).status).toBe(403);
  });

  it.each(['Bearer', 'bearer', 'Token', 'TOKEN'])('takes %s <token>', async (scheme) => {
    const authorization = `${scheme} ${service.installation.adminToken}`;
    expect((await service.request('/doors', { headers: { authorization } })).status).toBe(200);
  });

  it('takes Basic with the token as password, whoever the user', async () => {
    const pair = Buffer.from(`anybody:${service.installation.adminToken}`).toString('base64');
    expect((await service.request('/doors', { headers: { authorization: `Basic ${pair}` } })).status).toBe(200);
  });

  it('refuses an expired token, a mistyped one, and one in the URL', async () => {
    const expired = await tokenOfKind('reader', '2020-01-01T00:00:00.000Z');
    const good = (await tokenOfKind('source')).token;
    const mistyped = good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A');
    for (const token of [expired.token, mistyped]) {
      expect((await service.request('/doors/1/open', { method: 'POST', token })).status).toBe(401);
    }
    const { adminToken } = service.installation;
    expect((await service.request(`/doors?access_token=${adminToken}`, { token: null })).status).toBe(401);
  });

  it('refuses a service whose route names nobody', async () => {
    const installation = await testInstallation({ topics: false });
    const made = createService(
      { service: 'forgotten', module: ForgottenModule },
      { environment: installation.environment },
    );
    await expect(made).rejects.toThrow('these routes need @Allow or @Public: GET /forgotten, HEAD /forgotten');
    await installation.drop();
  }, 30_000);
});

describe('a path and its methods', () => {
  it('is 404 where there is none and 405 with Allow for another method, for a caller with a token', async () => {
    expect((await service.request('/nowhere')).status).toBe(404);
    const wrong = await service.request('/doors', { method: 'DELETE' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect(wrong.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('a dialect', () => {
  it('words what is refused, there and where nothing is, and lets nobody in', async () => {
    reached.length = 0;
    const source = (await tokenOfKind('source')).token;
    for (const [path, init, status] of [
      ['/gates/1/', { token: null }, 401],
      ['/gates/nothing/at/all', { token: null }, 401],
      ['/gates/1/', { token: source }, 403],
      ['/gates/1/', { method: 'PUT' }, 405],
      ['/gates/nothing/at/all', {}, 404],
    ] as const) {
      const answer = await service.request(path, init);
      const method = 'method' in init ? init.method : 'GET';
      expect([answer.status, await answer.json()]).toEqual([status, { no: status, method }]);
      expect([answer.headers.get('content-type'), answer.headers.get('x-gate')]).toEqual(['application/json', 'shut']);
    }
    expect((await service.request('/gatesx')).headers.get('content-type')).toContain('application/problem+json');
    expect(reached).toEqual([]);
  });

  it('says where its paths are, what they take, and of which type its answers are', async () => {
    const moved = await service.request('/gates/1?a=b', { redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/gates/1/?a=b']);
    expect((await service.request('/gates/1', { redirect: 'manual', token: null })).status).toBe(401);
    const options = await service.request('/gates/1/', { method: 'OPTIONS' });
    expect(await options.json()).toEqual({ path: '/gates/1/', methods: ['GET', 'HEAD'] });
    const answer = await service.request('/gates/1/');
    expect([answer.headers.get('content-type'), await answer.json()]).toEqual(['application/json', { open: true }]);
    const { paths } = (await (await service.request('/openapi.json')).json()) as { paths: object };
    expect(Object.keys(paths)).toContain('/gates/{gate}/');
  });
});

describe('a body', () => {
  it.each([
    ['another media type', { 'content-type': 'text/plain' }, 415],
    ['no media type', { 'content-type': '' }, 415],
    ['another charset', { 'content-type': 'application/json; charset=latin1' }, 415],
    ['an encoding', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 415],
    ['the route s own type', { 'content-type': 'application/x-ndjson' }, 200],
    ['a charset that is UTF-8', { 'content-type': 'application/json; charset=UTF-8' }, 200],
  ])('with %s', async (_, headers, status) => {
    const answer = await service.request('/doors/raw', {
      method: 'PUT',
      headers: headers as Record<string, string>,
      body: new TextEncoder().encode('{}'),
    });
    expect(answer.status).toBe(status);
    if (status === 415)
      expect(answer.headers.get('accept-post') ?? answer.headers.get('accept-encoding')).not.toBeNull();
  });

  it('over the limit is 413, said before it is read to the end', async () => {
    const answer = await service.request('/doors/raw', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: Buffer.alloc(1024 * 1024 + 1, 0x20),
    });
    expect(answer.status).toBe(413);
  });
});
