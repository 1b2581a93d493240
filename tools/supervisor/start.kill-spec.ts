import { existsSync, readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { findOwnProcesses, isAlive, signalProcess } from '../ground/own-processes.js';
import { FakeCheckout, type FakeHome, type Started } from './fixtures/fake-checkout.js';

const STOP_LIMIT_MS = 25_000;
const BACK_LIMIT_MS = 30_000;

describe('npm start', () => {
  const checkout = new FakeCheckout();
  const starts: Started[] = [];
  const servers: Server[] = [];
  let homes = 0;

  beforeAll(() => checkout.prepare());
  afterEach(async () => {
    servers.splice(0).forEach((server) => server.close());
    for (const { child } of starts.splice(0)) child.signal('SIGKILL');
  });
  afterAll(() => checkout.remove());

  const newHome = (): Promise<FakeHome> => checkout.home(`home-${(homes += 1)}`);

  async function start(at: FakeHome, options?: Parameters<FakeCheckout['start']>[1]): Promise<Started> {
    const started = await checkout.start(at, options);
    starts.push(started);
    return started;
  }

  async function ready(at: FakeHome, options?: Parameters<FakeCheckout['start']>[1]): Promise<Started> {
    const started = await start(at, options);
    await started.whenReady();
    return started;
  }

  async function hold(port: number): Promise<void> {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  }

  it('stops everything, what takes requests first, on SIGTERM to npm, which waits for it', async () => {
    const at = await newHome();
    const { child } = await ready(at, { npm: true });
    const before = performance.now();
    child.signal('SIGTERM');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - before).toBeLessThan(STOP_LIMIT_MS);
    expect(await findOwnProcesses(at.home)).toEqual([]);
    const order = readFileSync(path.join(at.home, 'order'), 'utf8').trim().split('\n');
    expect(order.slice(0, 2).sort()).toEqual(['console', 'ingestion']);
    expect(order[2]).toBe('delivery');
    expect(existsSync(path.join(at.home, 'instance.json'))).toBe(false);
  });

  it('shows the admin token and makes the topics once', async () => {
    const at = await newHome();
    const first = await ready(at);
    expect(first.lines.join('\n')).toContain(readFileSync(path.join(at.home, 'admin-token'), 'utf8').trim());
    expect(first.lines.join('\n')).toContain('created events-stream, telemetry-stream, dead-letters');
    first.child.signal('SIGINT');
    await first.child.exited;
    const second = await ready(at);
    expect(second.lines.join('\n')).not.toMatch(/admin token|created/);
  });

  it('is refused for a home that runs already, naming process and address', async () => {
    const at = await newHome();
    const first = await ready(at);
    const second = await start({ ...at, port: at.port + 1 });
    expect((await second.child.exited).code).toBe(1);
    expect(second.lines).toHaveLength(1);
    expect(second.lines[0]).toContain(`process ${first.child.pid}, http://127.0.0.1:${at.port}`);
    expect(first.instance().state).toBe('ready');
  });

  it('recovers after a kill of the start process itself', async () => {
    const at = await newHome();
    const first = await ready(at);
    const { processes } = first.instance();
    first.child.signal('SIGKILL');
    await first.child.exited;
    const service = processes['ingestion']?.pid ?? 0;
    await until(() => !isAlive(service), { what: 'the service ends with its channel' });

    const second = await ready(at);
    expect(isAlive(processes['kafka']?.pid ?? 0)).toBe(false);
    expect(isAlive(processes['postgres']?.pid ?? 0)).toBe(false);
    expect(second.lines.join('\n')).not.toContain('created');
    expect(await findOwnProcesses(at.home)).toHaveLength(5);
  });

  it('brings back every process that is killed', async () => {
    const at = await newHome();
    const { instance } = await ready(at);
    for (const name of ['kafka', 'postgres', 'console', 'delivery-slack']) {
      const pid = instance().processes[name]?.pid ?? 0;
      signalProcess(pid, 'SIGKILL');
      await until(
        () => {
          const now = instance().processes[name];
          return now?.state === 'ready' && now.pid !== pid;
        },
        { timeout: BACK_LIMIT_MS, what: `${name} is back` },
      );
    }
  });

  it('stops when npm is killed, and the next start waits for that', async () => {
    const at = await newHome();
    const first = await ready(at, { npm: true });
    const supervisor = first.instance().pid;
    expect(supervisor).not.toBe(first.child.pid);
    first.child.signal('SIGKILL');
    const second = await ready(at, { npm: true });
    expect(isAlive(supervisor)).toBe(false);
    expect(second.lines.join('\n')).toContain(`waiting       for process ${supervisor}, which is stopping`);
    signalProcess(second.child.pid, 'SIGTERM');
    await until(async () => (await findOwnProcesses(at.home)).length === 0, { timeout: STOP_LIMIT_MS });
  });

  it('runs two homes side by side', async () => {
    const [one, two] = [await newHome(), await newHome()];
    const [first, second] = await Promise.all([ready(one), ready(two)]);
    first.child.signal('SIGTERM');
    await first.child.exited;
    expect(second.instance().state).toBe('ready');
    expect(await findOwnProcesses(two.home)).toHaveLength(5);
  });

  it.each([
    [
      'the broker',
      (at: FakeHome) => at.kafkaPort,
      /^KAFKA_PORT: port \d+ on 127.0.0.1 is held by another program; set KAFKA_PORT/,
    ],
    ['the origin', (at: FakeHome) => at.port, /^PORT: port \d+ is held by another program; set PORT/],
    [
      'a service',
      (at: FakeHome) => at.port + 1,
      /^PORT: port \d+ \(ingestion listens on PORT \+ 1\) is held by another program/,
    ],
  ])('names the variable that moves a taken port of %s, and leaves nothing running', async (_, portOf, message) => {
    const at = await newHome();
    await hold(portOf(at));
    const { child, lines } = await start(at);
    expect((await child.exited).code).toBe(1);
    expect(lines.at(-1)).toMatch(message);
    expect(await findOwnProcesses(at.home)).toEqual([]);
  });

  it('refuses a wrong value in one line', async () => {
    const { child, lines } = await start(await newHome(), { env: { SLACK_UPDATE_INTERVAL: 'often' } });
    expect((await child.exited).code).toBe(1);
    expect(lines).toEqual(['SLACK_UPDATE_INTERVAL: read "often"; allowed: seconds, above 0 and at most 86400']);
  });

  it('ends at once at the second signal, however busy a service is', async () => {
    const at = await newHome();
    const { child } = await ready(at, { env: { STUBBORN: 'ingestion' } });
    child.signal('SIGINT');
    // npm passes the terminal's signal on a second time: one that comes right after does not count.
    child.signal('SIGINT');
    await until(() => existsSync(path.join(at.home, 'order')));
    await until(() => {
      child.signal('SIGINT');
      return !isAlive(child.pid);
    });
    expect((await child.exited).code).toBe(1);
    expect(await findOwnProcesses(at.home)).toEqual([]);
  });
});
