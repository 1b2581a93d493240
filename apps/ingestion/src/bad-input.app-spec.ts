import { type Server } from 'node:net';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { type IngestionForSpec, ingestionForSpec } from './ingestion-for-spec.js';

let ingestion: IngestionForSpec;

beforeAll(async () => {
  ingestion = await ingestionForSpec();
}, 30_000);

afterAll(() => ingestion?.stop());

const PATHS = ['/tocsin/v1/events', '/alerts/INS', '/alerts/INS/api/v2/alerts'];
const LINES = { headers: { 'content-type': 'application/x-ndjson' } };
const MIB = 1024 * 1024;
const event = { name: 'x', payload: 1 };

/** Rows of reference performance-reliability 3. */
describe('F30: what is no JSON', () => {
  it.each(PATHS)('%s refuses it and stores nothing', async (path) => {
    const before = (await ingestion.records()).length;
    const notUtf8 = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    for (const body of ['', '{', 'nul', '[1,]', notUtf8, '{"a":"\u0001"}', '\0', '"text"']) {
      const answer = await ingestion.post(path, body);
      expect([400, 422]).toContain(answer.status);
      expect(answer.text).not.toMatch(/ at .*\.(ts|js):\d/);
    }
    expect(await ingestion.records()).toHaveLength(before);
  });

  it('refuses another type of content and another charset', async () => {
    const types = [
      'text/plain',
      'application/xml',
      'application/json; charset=latin1',
      'multipart/form-data; boundary=x',
    ];
    for (const path of PATHS) {
      for (const type of types) {
        expect((await ingestion.post(path, event, { headers: { 'content-type': type } })).status).toBe(415);
      }
    }
    expect((await ingestion.post('/alerts/INS', event, LINES)).status).toBe(415);
  });

  it('goes on after a bad item among good ones', async () => {
    const good = '{"name":"f30","payload":1}';
    const answer = await ingestion.post(
      '/tocsin/v1/events',
      `[${good},null,{"name":"f30","payload":"\\u0000"},${good}]`,
    );
    expect(answer.json.accepted).toHaveLength(2);
    expect(answer.json.rejected.map(({ index }: { index: number }) => index)).toEqual([1, 2]);
  });
});

describe('F34: size and nesting', () => {
  /** Texts end at 64 KiB, so a large event is a list of them. */
  function sized(bytes: number): object {
    const texts = Array.from({ length: Math.ceil(bytes / 50_000) }, (_, i) =>
      'x'.repeat(Math.min(50_000, bytes - i * 50_000)),
    );
    return { name: 'f34', payload: texts };
  }

  it('writes an event as large as a broker takes, and refuses a larger one with 413', async () => {
    expect((await ingestion.post('/tocsin/v1/events', sized(950_000))).status).toBe(202);
    const refused = await ingestion.post('/tocsin/v1/events', sized(1_000_000));
    expect(refused).toMatchObject({ status: 413, json: { fields: { body: expect.stringContaining('larger than') } } });
    const mixed = await ingestion.post('/tocsin/v1/events', [sized(1_010_000), event]);
    expect(mixed.status).toBe(202);
    expect(mixed.json.rejected).toEqual([{ index: 0, reason: expect.stringContaining('larger than') }]);
  });

  it('answers 413 to one event over a mebibyte, whatever its fields hold', async () => {
    const large = { name: 'Large', payload: { text: 'x'.repeat(MIB) } };
    expect((await ingestion.post('/tocsin/v1/events', large)).status).toBe(413);
  });

  it('answers 413 to a body over the limit', async () => {
    for (const path of PATHS) expect((await ingestion.post(path, Buffer.alloc(5 * MIB + 1, ' '))).status).toBe(413);
    expect((await ingestion.post('/tocsin/v1/events', Buffer.alloc(16 * MIB + 1, '\n'), LINES)).status).toBe(413);
  });

  it('answers 413 to more than a thousand events', async () => {
    const many = Array.from({ length: 1001 }, () => event);
    const lines = many.map((one) => JSON.stringify(one)).join('\n');
    expect((await ingestion.post('/tocsin/v1/events', many)).status).toBe(413);
    expect((await ingestion.post('/tocsin/v1/events', lines, LINES)).status).toBe(413);
    expect((await ingestion.post('/tocsin/v1/events', many.slice(1))).json.accepted).toHaveLength(1000);
  });

  it('refuses a megabyte of nesting without growing', async () => {
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 20; i++) {
      for (const body of [deep(MIB / 2), `{"name":"x","payload":${deep(10_000)}}`, `{"alerts":${deep(100)}}`]) {
        expect((await ingestion.post(PATHS[i % 3]!, body)).status).toBe(400);
      }
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB);
  });

  it('refuses a prototype, a huge label and too many labels', async () => {
    const manyLabels = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`l${i}`, 'x']));
    for (const labels of ['{"__proto__":"x"}', JSON.stringify({ a: 'x'.repeat(16_385) }), JSON.stringify(manyLabels)]) {
      const body = `{"alerts":[{"status":"firing","startsAt":"2026-11-20T09:00:00Z","labels":${labels}}]}`;
      expect((await ingestion.post('/alerts/INS', body)).status).toBe(400);
    }
    const polluting = '{"name":"x","payload":{"a":{"__proto__":{"admin":true}}}}';
    expect((await ingestion.post('/tocsin/v1/events', polluting)).status).toBe(400);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('F42: broken uploads', () => {
  const body = JSON.stringify(event);

  function head(length: number, more = ''): string {
    const authorization = `authorization: Bearer ${ingestion.service.installation.adminToken}`;
    const type = 'content-type: application/json';
    return `POST /tocsin/v1/events HTTP/1.1\r\nhost: x\r\n${authorization}\r\n${type}\r\ncontent-length: ${length}\r\n${more}\r\n`;
  }

  function open(): Promise<Socket> {
    const { hostname, port } = new URL(ingestion.service.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(socket));
      socket.on('error', reject);
    });
  }

  function firstAnswer(socket: Socket): Promise<string> {
    return new Promise((resolve) => socket.once('data', (data) => resolve(data.toString())));
  }

  function connections(): Promise<number> {
    const server = ingestion.service.app.getHttpServer() as unknown as Server;
    return new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  it('keeps nothing of clients that go away at any stage', async () => {
    await ingestion.post('/tocsin/v1/events', event);
    const before = await connections();
    const whole = head(body.length) + body;
    for (let round = 0; round < 10; round++) {
      for (const stage of [
        0,
        10,
        whole.indexOf('content-type'),
        whole.length - body.length,
        whole.length - 3,
        whole.length,
      ]) {
        const socket = await open();
        await new Promise((resolve) => socket.write(whole.slice(0, stage), resolve));
        socket.resetAndDestroy();
      }
    }
    await until(async () => (await connections()) <= before, { what: 'the connections of broken clients to be gone' });
    expect((await ingestion.post('/tocsin/v1/events', event)).status).toBe(202);
  });

  it('does not take half a body for a whole one, even where it is JSON', async () => {
    const before = (await ingestion.records()).length;
    const socket = await open();
    socket.end(head(body.length + 50) + body);
    await new Promise((resolve) => socket.on('close', resolve).resume());
    expect(await ingestion.records()).toHaveLength(before);
  });

  it('serves others while slow clients hold connections, and ends those with 408', async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, open));
    const answers = slow.map(firstAnswer);
    for (const socket of slow) socket.write('POST /tocsin/v1/events HTTP/1.1\r\nhost: x\r\nx-slow: ');
    for (let i = 0; i < 20; i++) expect((await ingestion.post('/tocsin/v1/events', event)).status).toBe(202);
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await until(async () => (await connections()) < 50);
  }, 20_000);

  it('bounds what uploads take together, and goes on with small ones', async () => {
    const large = await Promise.all(Array.from({ length: 12 }, open));
    const refused = Promise.race(large.map(firstAnswer));
    for (const socket of large) socket.write(head(16 * MIB).replace('application/json', 'application/x-ndjson'));
    expect(await refused).toMatch(/^HTTP\/1\.1 503 [^]*\r\nretry-after: [1-9]/);
    expect((await ingestion.post('/tocsin/v1/events', event)).status).toBe(202);
    for (const socket of large) socket.resetAndDestroy();
    const batch = Array.from({ length: 1000 }, () => ({ ...event, payload: 'x'.repeat(200) }));
    await until(async () => (await ingestion.post('/tocsin/v1/events', batch)).status === 202);
  });

  it('does not unpack: a bomb costs nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * MIB, ' '));
    const answer = await ingestion.post('/tocsin/v1/events', bomb, { headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(415);
    expect(answer.headers.get('accept-encoding')).toBe('identity');
  });

  it('refuses a length and chunks at the same time', async () => {
    const socket = await open();
    const answer = firstAnswer(socket);
    socket.write(head(body.length, 'transfer-encoding: chunked\r\n') + body);
    expect(await answer).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
  });
});
