import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NodeClient } from './node-client.js';

let server: Server;
let endpoint: string;
const client = new NodeClient();
const asked: { url: string | undefined; authorization: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization });
    switch (request.url) {
      case '/redirect':
        return void response.writeHead(302, { location: '/gossip' }).end();
      case '/large':
        return void response.end('x'.repeat(10_000));
      case '/endless':
        return void response.write('x');
      case '/cut':
        response.writeHead(200, { 'content-length': '100' }).write('x');
        return void setImmediate(() => response.destroy());
      default:
        return void response.end('{"members":[]}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const cluster = {
  organizationId: 'o',
  clusterId: 'c',
  polling: { enabled: true, scrape: 'metrics', hostSamples: true },
} as const;
const ask = (path: string, more: object = {}, stop = new AbortController().signal) =>
  client.ask({ cluster, endpoint, path, most: 1_000, ...more }, stop);

describe('asking a node', () => {
  it('answers its text, with the credentials of the cluster', async () => {
    expect(await ask('/gossip', { authorization: 'Basic eDp5' })).toEqual({ ok: true, text: '{"members":[]}' });
    expect(asked.at(-1)).toEqual({ url: '/gossip', authorization: 'Basic eDp5' });
  });

  it('follows no redirect', async () => {
    const before = asked.length;
    expect(await ask('/redirect')).toEqual({ ok: false, error: 'status 302' });
    expect(asked).toHaveLength(before + 1);
  });

  it('reads no more than it may', async () => {
    expect(await ask('/large')).toEqual({ ok: false, error: 'the answer is larger than 1000 bytes' });
  });

  it('says what went wrong, and ends when it is told to', async () => {
    expect(await ask('/cut')).toMatchObject({ ok: false });
    expect(await ask('/', { endpoint: '127.0.0.1:9' })).toEqual({ ok: false, error: 'ECONNREFUSED' });
    expect(await ask('/', { endpoint: 'no.such.host.invalid:1' })).toMatchObject({ ok: false });
    expect(await ask('/', { endpoint: 'h:99999' })).toMatchObject({ ok: false });
    const stop = new AbortController();
    const endless = ask('/endless', {}, stop.signal);
    stop.abort();
    expect(await endless).toMatchObject({ ok: false });
  });

  it('never asks where no database is', async () => {
    for (const forbidden of ['169.254.169.254:80', '0.0.0.0:80', '[fe80::1]:80']) {
      expect(await ask('/', { endpoint: forbidden })).toMatchObject({
        ok: false,
        error: expect.stringMatching(/^EFORBIDDEN/),
      });
    }
  });

  it('speaks TLS where the cluster does', async () => {
    const tls = { ...cluster, polling: { ...cluster.polling, tls: { insecure: true } } };
    expect(await ask('/gossip', { cluster: tls })).toMatchObject({
      ok: false,
      error: expect.stringMatching(/SSL|EPROTO|TLS/),
    });
  });
});
