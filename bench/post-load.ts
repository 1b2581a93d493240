import { connect, type Socket } from 'node:net';
import { type Load, type Loaded } from './wrk.js';

/** Where wrk is not installed: raw sockets that send one prepared request after the other. */
export async function postFor(load: Load): Promise<Loaded> {
  let number = 0;
  const fixed = load.body.includes('%N%') ? undefined : requestOf(load, load.body);
  const request = (): Buffer => fixed ?? requestOf(load, load.body.replace('%N%', String(++number)));
  const started = performance.now();
  const until = started + load.seconds * 1000;
  const { hostname, port } = new URL(load.url);
  const counts = await Promise.all(
    Array.from({ length: load.connections }, () => repeat(connect(Number(port), hostname), request, until)),
  );
  const answered = counts.reduce((sum, count) => sum + count, 0);
  return { answered, perSecond: (answered * 1000) / (performance.now() - started) };
}

function requestOf({ url, headers }: Load, body: string): Buffer {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({ host, 'content-length': Buffer.byteLength(body), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${head}\r\n${body}`);
}

/** One request under way at a time. @throws Error when one was not answered with 2xx */
function repeat(socket: Socket, request: () => Buffer, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    let left = 0;
    const next = (): void => {
      if (performance.now() < until) socket.write(request());
      else {
        socket.destroy();
        resolve(count);
      }
    };
    socket.on('error', reject);
    socket.on('connect', next);
    socket.on('data', (data) => {
      try {
        left = left > 0 ? left - data.length : lackingOf(data);
      } catch (error) {
        socket.destroy();
        return reject(error);
      }
      if (left > 0) return;
      count++;
      next();
    });
  });
}

/** Bytes of the answer that are still to come. Head and length lie in the first piece: our answers' heads are short. */
function lackingOf(data: Buffer): number {
  const end = data.indexOf('\r\n\r\n');
  const head = data.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 2')) throw new Error(`not accepted: ${data.toString()}`);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  return end + 4 + length - data.length;
}
