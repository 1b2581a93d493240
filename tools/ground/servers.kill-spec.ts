import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTopics } from '#libs/event-stream';
import { until } from '#libs/testing';
import { kafkaClient, plainAccess } from './kafka-access.js';
import { findOwnProcesses, isAlive } from './own-processes.js';
import { type OwnServer, startKafka, startPostgres } from './servers.js';

describe('servers of one home', () => {
  let home: string;
  const servers: OwnServer[] = [];

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'servers-'));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    rmSync(home, { recursive: true });
  });

  async function started<T extends OwnServer>(starting: Promise<T>): Promise<T> {
    const server = await starting;
    servers.push(server);
    return server;
  }

  it('the broker keeps what it acknowledged when it is killed, and comes back on its port', async () => {
    const kafka = await started(startKafka({ home }));
    const producer = kafkaClient(plainAccess(kafka.brokers), 10).producer({ idempotent: true });
    const admin = kafkaClient(plainAccess(kafka.brokers), 10).admin();
    await admin.connect();
    await createTopics(admin, [{ topic: 't', numPartitions: 1 }]);
    await producer.connect();
    await producer.send({
      topic: 't',
      acks: -1,
      messages: Array.from({ length: 500 }, (_, i) => ({ value: String(i) })),
    });
    const [first, { pid }] = [kafka.pid, kafka];
    await kafka.kill9();
    expect(isAlive(pid)).toBe(false);

    await kafka.restart();
    expect(kafka.pid).not.toBe(first);
    expect(await admin.fetchTopicOffsets('t')).toMatchObject([{ offset: '500' }]);
    await producer.disconnect();
    await admin.disconnect();
  });

  it('the broker that another start left running is replaced', async () => {
    const left = await started(startKafka({ home }));
    const next = await started(startKafka({ home, port: Number(left.brokers.split(':')[1]) }));
    expect(isAlive(left.pid)).toBe(false);
    expect(isAlive(next.pid)).toBe(true);
  });

  it('servers can be found by what they carry in their environment', async () => {
    const [kafka, postgres] = await Promise.all([started(startKafka({ home })), started(startPostgres({ home }))]);
    const found = await findOwnProcesses(home);
    expect(found.sort((a, b) => a.service.localeCompare(b.service))).toEqual([
      { pid: kafka.pid, service: 'kafka' },
      { pid: postgres.pid, service: 'postgres' },
    ]);
  });

  it('the database comes back although a busy backend outlives its killed server', async () => {
    const postgres = await started(startPostgres({ home }));
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table kept (id int)');
    await client.query('insert into kept values (1)');
    const backend = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
    // A backend that only computes does not look whether its server is still there.
    const busy = client.query('do $$ begin loop end loop; end $$').catch((error: Error) => error);
    const other = new pg.Client({ connectionString: postgres.url });
    other.on('error', () => undefined);
    await other.connect();
    await until(async () => {
      const { rows } = await other.query('select from pg_stat_activity where pid = $1 and state = $2', [
        backend,
        'active',
      ]);
      return rows.length === 1;
    });
    await postgres.kill9();
    expect(isAlive(backend)).toBe(true);

    await postgres.restart();
    expect(isAlive(backend)).toBe(false);
    expect(await busy).toBeInstanceOf(Error);
    const again = new pg.Client({ connectionString: postgres.url });
    await again.connect();
    expect((await again.query('select id from kept')).rows).toEqual([{ id: 1 }]);
    await again.end();
  });

  it('the database starts over a lock file that names a process of somebody else', async () => {
    const postgres = await started(startPostgres({ home }));
    await postgres.kill9();
    const lock = path.join(home, 'postgres', 'postmaster.pid');
    const lines = readFileSync(lock, 'utf8').split('\n');
    writeFileSync(lock, [process.pid, ...lines.slice(1)].join('\n'));
    await postgres.restart();
    expect(isAlive(postgres.pid)).toBe(true);
  });
});
