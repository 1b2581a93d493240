import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeArgus } from '../../src/testing/fake-argus.js';

const KILLS = 8;
const DEVICES = 60;
const program = path.resolve(import.meta.dirname, '../../../../dist/apps/glue/example/tail-log/main.js');
const time = (second: number): string => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString();

describe('the example, killed again and again', () => {
  let folder: string;
  let log: string;
  let server: Server;
  let url: string;
  const argus = new FakeArgus();
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tail-kill-'));
    log = path.join(folder, 'app.log');
    await writeFile(log, '');
    server = createServer((request, response) => void answer(argus, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await kill(child);
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (): ChildProcess => {
    const variables = { ARGUS_URL: url, ARGUS_TOKEN: 't', LOG_FILE: log, QUEUE_FOLDER: path.join(folder, 'queue') };
    return spawn(process.execPath, [program], { env: { ...process.env, ...variables }, stdio: 'ignore' });
  };

  it('has the effect of each line once, with lost answers and a rotated log', async () => {
    let requests = 0;
    argus.fault = () => (++requests % 23 === 0 ? 'lost-answer' : undefined);
    for (let round = 0; round < KILLS; round++) {
      child = start();
      for (let device = round; device < DEVICES; device += KILLS) {
        await appendFile(log, `${time(0)} DOWN sw${device} x\n${time(60)} INFO sw${device} seen\n`);
        await appendFile(log, `${time(120)} UP sw${device} y\n`);
      }
      if (round === KILLS / 2) {
        await rename(log, `${log}.1`);
        await writeFile(log, '');
      }
      const sent = requests;
      await until(() => requests > sent + 3);
      await kill(child);
    }
    child = start();
    const types = () => argus.kept.map(({ events }) => events.map(({ type }) => type).join());
    await until(() => types().filter((each) => each === 'STA,OTH,END').length === DEVICES);
    expect(argus.kept).toHaveLength(DEVICES);
    expect(new Set(types())).toEqual(new Set(['STA,OTH,END']));
  });
});

/** Hands a request of the network to the Argus in memory. */
async function answer(argus: FakeArgus, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { method = 'GET', url = '/' } = request;
  try {
    const body = parts.length > 0 ? { body: Buffer.concat(parts).toString() } : {};
    const answered = await argus.fetch(`http://argus${url}`, { method, ...body });
    response.writeHead(answered.status, { 'content-type': 'application/json' }).end(await answered.text());
  } catch {
    request.socket.destroy();
  }
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('waited a minute in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
