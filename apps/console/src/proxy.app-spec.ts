import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { Agent, request } from 'undici';
import { registerProxy } from './proxy.js';
import { upstreams } from './upstreams.js';

const MIB = 1024 * 1024;

describe('the origin, in front of a service', () => {
  let service: Server;
  let origin: FastifyInstance;
  let url: string;
  const rates = new Map<string, string>();
  const client = new Agent({ connections: 1, pipelining: 1 });

  const send = (path: string, options: { method?: 'GET' | 'POST'; body?: string | Buffer } = {}) =>
    request(`${url}${path}`, { method: options.method ?? 'POST', dispatcher: client, ...options });

  beforeEach(async () => {
    service = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method, url: path, headers } = incoming;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ method, path, headers, body: Buffer.concat(chunks).toString().slice(0, 100) }));
      });
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const target = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    origin = fastify({ bodyLimit: MIB });
    origin.decorate('dialects', []);
    rates.clear();
    origin.addHook('onRoute', ({ url: path, config }) => void rates.set(path, config?.tocsin?.rate ?? '429'));
    await registerProxy(
      origin,
      upstreams.map((upstream) => ({ ...upstream, url: target })),
    );
    url = await origin.listen({ port: 0, host: '127.0.0.1' });
  });

  afterEach(async () => {
    await origin.close();
    service.closeAllConnections();
    service.close();
  });

  it('hands on method, path, query and body as they came', async () => {
    const answer = await send('/alerts/IN%20S?a=1&a=2', { body: '{"alerts": [ ]}' });
    expect(await answer.body.json()).toMatchObject({
      method: 'POST',
      path: '/alerts/IN%20S?a=1&a=2',
      body: '{"alerts": [ ]}',
    });
  });

  it('reads nothing into a query', async () => {
    const answer = await send('/tocsin/v1/incidents?tag=path%3D%2F../a&q=../b', { method: 'GET' });
    expect(await answer.body.json()).toMatchObject({ path: '/tocsin/v1/incidents?tag=path%3D%2F../a&q=../b' });
  });

  it('finds nothing under a path that leads elsewhere', async () => {
    for (const path of ['/alerts/INS%2f..%2fOTHER', '/alerts/%2e%2e%2fx', '/tocsin/v1/services/..x']) {
      const answer = await send(path, { method: 'GET' });
      expect([path, answer.statusCode, answer.headers['content-type']]).toEqual([
        path,
        404,
        expect.stringContaining('application/problem+json'),
      ]);
      await answer.body.dump();
    }
  });

  it('adds who asked, and a request id', async () => {
    const answer = (await (await send('/tocsin/v1/me', { method: 'GET' })).body.json()) as { headers: object };
    expect(answer.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-request-id': expect.any(String) });
  });

  it('never tells an Alertmanager 429', () => {
    expect([rates.get('/alerts'), rates.get('/alerts/*')]).toEqual(['unavailable', 'unavailable']);
    expect(rates.get('/tocsin/v1/events')).toBe('429');
  });

  it('answers 413 to a body that no service takes, and the connection goes on', async () => {
    const answer = await send('/tocsin/v1/events', { body: Buffer.alloc(17 * MIB, 0x20) });
    expect(answer.statusCode).toBe(413);
    await answer.body.dump();
    expect((await send('/tocsin/v1/me', { method: 'GET' })).statusCode).toBe(200);
  });

  it('answers 503 with Retry-After while the service is away, never 502', async () => {
    service.closeAllConnections();
    service.close();
    const answer = await send('/alerts/INS', { body: '{}' });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(await answer.body.json()).toMatchObject({ status: 503 });
  });
});
