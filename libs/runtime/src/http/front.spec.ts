import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpFront } from './front.js';

const LIMITS = { headers: 60, request: 120, idle: 1_000, check: 20 };

let front: HttpFront;
let url: string;

beforeEach(async () => {
  front = new HttpFront(
    (path) => Promise.resolve(path === '/health/ready' ? { status: 503, body: { status: 'unavailable' } } : undefined),
    LIMITS,
  );
  url = await front.listen(0, '127.0.0.1');
});

afterEach(() => front.drain(0));

/** What the server answers to raw bytes until it closes the connection. */
async function converse(bytes: string, drip?: string): Promise<string> {
  const { port } = new URL(url);
  const socket: Socket = connect(Number(port), '127.0.0.1');
  socket.write(bytes);
  const dripping = drip === undefined ? undefined : setInterval(() => socket.write(drip), 10);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  await new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined));
  clearInterval(dripping);
  return text;
}

describe('the front', () => {
  it('answers 503 with Retry-After before the application is there, and health with what is missing', async () => {
    const answer = await fetch(`${url}/tocsin/v1/events?x=1`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.json()).toMatchObject({ status: 503, detail: 'starting', instance: '/tocsin/v1/events' });
    const health = await fetch(`${url}/health/ready`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'unavailable' }]);
  });

  it('hands over when it is opened', async () => {
    front.application = (_request, response) => response.end('hello');
    front.open();
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  it('answers 408 to headers that never end and to a body that drips', async () => {
    front.application = (request, response) => request.resume().on('end', () => response.end());
    front.open();
    expect(await converse('GET / HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n')).toContain('408 Request Timeout');
    expect(await converse('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 'x')).toContain('408');
  });

  it('answers what is no HTTP as a problem, and headers that are too large', async () => {
    expect(await converse('hello\r\n\r\n')).toContain('application/problem+json');
    expect(await converse(`GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`)).toContain('431');
  });

  it('lets a request under way end when it drains, and takes no new connection', async () => {
    let finish = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      front.application = (_request, response) => {
        finish = () => response.end('done');
        resolve();
      };
    });
    front.open();
    const running = fetch(url);
    await arrived;
    const drained = front.drain(5_000);
    await expect(fetch(url)).rejects.toThrow();
    finish();
    expect(await (await running).text()).toBe('done');
    await drained;
  });

  it('closes what does not end in time', async () => {
    const arrived = new Promise<void>((resolve) => (front.application = () => resolve()));
    front.open();
    const running = fetch(url).catch((error: unknown) => error);
    await arrived;
    await front.drain(20);
    expect(await running).toMatchObject({ message: 'fetch failed' });
  });

  it('says which port is taken', async () => {
    const other = new HttpFront(() => Promise.resolve(undefined));
    await expect(other.listen(Number(new URL(url).port), '127.0.0.1')).rejects.toThrow('SERVICE_PORT');
  });
});
