import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, isPortFree, keptPort } from './ports.js';

describe('ports', () => {
  let folder: string;
  let file: string;
  const servers: Server[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'ports-'));
    file = path.join(folder, 'port');
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    rmSync(folder, { recursive: true });
  });

  async function hold(port: number): Promise<void> {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  }

  it('are free until somebody listens', async () => {
    const port = await freePort();
    expect(await isPortFree(port)).toBe(true);
    await hold(port);
    expect(await isPortFree(port)).toBe(false);
  });

  it('are given in a row', async () => {
    const first = await freePort(5);
    const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isPortFree(first + offset)));
    expect(free).toEqual([true, true, true, true, true]);
  });

  it('are kept while they are free, and replaced when somebody took them', async () => {
    const first = await keptPort(file);
    expect(await keptPort(file)).toBe(first);
    await hold(first);
    const second = await keptPort(file);
    expect(second).not.toBe(first);
    expect(Number(readFileSync(file, 'utf8'))).toBe(second);
  });

  it('are chosen anew when what was kept is no port', async () => {
    writeFileSync(file, 'half a numb');
    expect(await keptPort(file)).toBeGreaterThan(0);
  });
});
