import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IntegrationCreated, IntegrationUpdated } from '#libs/contracts';
import { EventLog } from '#libs/event-stream';
import { Sealer } from '#libs/runtime';
import { createTestService, secretsIn, type TestService, uniqueName } from '#libs/testing';
import { integrationsService } from './service.js';

const path = '/tocsin/v1/integrations';
const secrets = ['first', 'second', 'refused', 'unknown'].map((name) => ({
  name,
  value: `${uniqueName('xoxb')}-"ü\\/${name}`,
}));
const [first, second, refused, unknown] = secrets.map(({ value }) => value) as [string, string, string, string];
const lines: string[] = [];
const answers: string[] = [];
let service: TestService;

beforeAll(async () => {
  service = await createTestService(integrationsService, {
    overrides: { environment: { LOG_LEVEL: 'trace' }, logSink: { write: (line) => void lines.push(line) } },
  });
}, 60_000);

afterAll(() => service?.stop());

async function ask(url: string, init?: Parameters<TestService['request']>[1]): Promise<Response> {
  const answer = await service.request(url, init);
  answers.push(await answer.clone().text(), JSON.stringify([...answer.headers]));
  return answer;
}

async function dump(): Promise<string> {
  const { rows: tables } = await service.store!.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const contents = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await service.store!.query<{ row: string }>(`select t::text as row from ${name} t`);
      return `${name}\n${rows.map(({ row }) => row).join('\n')}`;
    }),
  );
  return contents.join('\n');
}

async function topic(): Promise<string> {
  const log = service.app.get(EventLog);
  const name = service.config.topics.events;
  const state = (await log.topic(name))!;
  const until = new Map(state.partitions.map(({ partition, high }) => [partition, high]));
  const values: string[] = [];
  for await (const records of log.read({ topic: name, until })) {
    values.push(...records.map((record) => `${record.key} ${JSON.stringify(record.headers)} ${record.value}`));
  }
  return values.join('\n');
}

describe('a planted secret', () => {
  it('is in no topic, table, log line, metric or answer; the sealed one opens for its place only', async () => {
    const data = { sink: 'slack', channelId: 'C1', token: first };
    const { id } = (await (await ask(path, { json: { description: 'd', data } })).json()) as { id: string };
    expect((await ask(`${path}/${id}`, { method: 'PUT', json: { data: { token: second } } })).status).toBe(200);
    expect(
      (await ask(path, { json: { description: 'd', data: { ...data, source: 'logs', token: refused } } })).status,
    ).toBe(400);
    expect(
      (await ask(path, { json: { description: 'd', data: { ...data, [unknown]: unknown, token: refused } } })).status,
    ).toBe(400);
    expect((await ask(path, { json: { description: 'd', data, token: refused } })).status).toBe(400);
    expect(
      (
        await ask(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"token":"${first}"`,
        })
      ).status,
    ).toBe(400);
    for (const url of [path, `${path}/${id}`, `${path}/${id}/health`]) expect((await ask(url)).status).toBe(200);
    await service.relay!.whenDrained();
    await service.host!.whenCaughtUp();
    const [records, database] = [await topic(), await dump()];
    const metrics = await (await service.request('/metrics', { token: null })).text();

    expect(records).toContain(IntegrationCreated.name);
    expect(records).toContain(IntegrationUpdated.name);
    expect(database).toContain(id);
    const places = { records, database, metrics, log: lines.join(''), answers: answers.join('\n') };
    const clear = secrets.filter(({ name }) => name !== 'unknown');
    expect(secretsIn(places, clear)).toEqual([]);
    expect(secretsIn({ ...places, answers: '' }, secrets)).toEqual([]);

    const { rows } = await service.store!.query<{ secrets: { token: string }; organization_id: string }>(
      'select secrets, organization_id from integration where integration_id = $1',
      [id],
    );
    const sealer = Sealer.from(`spec:${Buffer.alloc(32, 7).toString('base64')}`);
    const place = { organizationId: rows[0]!.organization_id, integrationId: id, field: 'token' };
    expect(sealer.open(rows[0]!.secrets.token, place)).toBe(second);
  });
});
