import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyOf } from '#libs/contracts';
import { EventLog, EventPublisher, type OutgoingRecord, type StreamRecord } from '#libs/event-stream';
import { RuntimeConfig } from '#libs/runtime';
import { createTestService, type TestService, until } from '#libs/testing';
import { incidentsService } from './service.js';
import { alertEvent, firstTenantOf } from './testing/alerts.js';

const path = '/tocsin/v1/dead-letters';
let service: TestService;
let tenant: { organizationId: string; projectId: string };
let topic: string;

beforeAll(async () => {
  service = await createTestService(incidentsService);
  tenant = await firstTenantOf(service);
  topic = service.app.get(RuntimeConfig).topics.events;
}, 60_000);

afterAll(() => service?.stop());

interface Letter {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly error: string;
  readonly at: string;
  readonly processor: string | null;
  readonly replayedAt: string | null;
}

async function publish(record: Pick<OutgoingRecord, 'value'> & Partial<OutgoingRecord>) {
  const [position] = await service.app.get(EventPublisher).publish([{ topic, key: 'k', headers: {}, ...record }]);
  return position!;
}

async function letters(): Promise<Letter[]> {
  const answer = await service.request(`${path}?limit=1000`);
  return ((await answer.json()) as { items: Letter[] }).items;
}

function letterOf({ partition, offset }: { partition: number; offset: number }): Promise<Letter> {
  return until(async () => (await letters()).find((one) => one.partition === partition && one.offset === offset), {
    what: `a letter about ${partition}/${offset}`,
  });
}

const replay = (id: string) => service.request(`${path}/${id}/replay`, { method: 'POST' });

async function recordsAfter({ partition, offset }: { partition: number; offset: number }): Promise<StreamRecord[]> {
  const state = await service.app.get(EventLog).topic(topic);
  const { high } = state!.partitions.find((one) => one.partition === partition)!;
  const found: StreamRecord[] = [];
  const from = new Map(
    state!.partitions.map((one) => [one.partition, one.partition === partition ? offset + 1 : one.high]),
  );
  const until = new Map(state!.partitions.map((one) => [one.partition, one.partition === partition ? high : one.high]));
  for await (const records of service.app.get(EventLog).read({ topic, from, until })) found.push(...records);
  return found;
}

describe('a record that nobody can read', () => {
  it.each([
    ['no JSON', '{"name": "AlertFi', 'the value is not JSON'],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x7b]), 'the value is not UTF-8'],
    ['nothing', '', 'the value is empty; expected a JSON object {name, payload, metadata}'],
    [
      'a wrong payload',
      '{"name":"AlertFired","payload":{"labels":{}}}',
      expect.stringMatching(/^AlertFired: partition: /),
    ],
  ])('(%s) is one dead letter', async (_what, value, reason) => {
    const position = await publish({ value });
    const letter = await letterOf(position);
    expect(letter).toMatchObject({
      ...position,
      reason,
      error: 'undecodable',
      processor: null,
      replayedAt: null,
    });
    expect(letter.at).toMatch(/^20\d\d-/);
  });

  it('is replayed once, bytes and key unchanged, for everybody', async () => {
    const value = Buffer.from('{"name":"Alert\u0000Fired"');
    const position = await publish({ value, key: 'the key', headers: { name: 'AlertFired' } });
    const { id } = await letterOf(position);
    const first = await replay(id);
    expect(first.status).toBe(202);
    const told = (await first.json()) as object;
    expect(told).toEqual({ id, topic, replayedAt: expect.any(String) });
    expect(await (await replay(id)).json()).toEqual(told);
    await service.relay!.whenDrained();
    const again = await recordsAfter(position);
    expect(again.map(({ key, value: bytes, headers }) => [key?.toString(), bytes, headers])).toEqual([
      ['the key', value, { name: 'AlertFired' }],
    ]);
    expect((await letters()).find((one) => one.id === id)).toMatchObject(told);
    const fresh = await letterOf(again[0]!);
    expect(fresh.id).not.toBe(id);
  });
});

describe('a record of an unknown organisation', () => {
  it('is a dead letter of whoever runs the installation', async () => {
    const event = alertEvent({ organizationId: randomUUID(), projectId: 'p' }, { start: 1 });
    const letter = await letterOf(await publish({ value: JSON.stringify(event), key: keyOf(event) }));
    expect(letter).toMatchObject({ error: 'unknown-organization', processor: null });
  });
});

describe('an alert that cannot be decided', () => {
  it('is a dead letter of its processor, replayed for that one alone', async () => {
    const event = alertEvent(tenant, { start: 1 });
    const ahead = new Date(Date.now() + 2 * 3_600_000).toISOString();
    const value = JSON.stringify({ ...event, payload: { ...(event.payload as object), startsAt: ahead } });
    const before = await publish({ value: JSON.stringify(event), key: keyOf(event), headers: { name: 'AlertFired' } });
    const position = await publish({ value, key: keyOf(event), headers: { name: 'AlertFired' } });
    const letter = await letterOf(position);
    expect(letter).toMatchObject({ error: 'Undecidable', processor: 'incidents.alerts' });
    expect(letter.reason).toMatch(/^startsAt: .* is more than an hour ahead of /);
    expect((await letters()).some((one) => one.offset === before.offset && one.partition === before.partition)).toBe(
      false,
    );
    expect((await replay(letter.id)).status).toBe(202);
    await service.relay!.whenDrained();
    const again = (await recordsAfter(position)).filter(({ headers }) => headers['audience'] !== undefined);
    expect(again.map(({ headers }) => headers)).toEqual([{ name: 'AlertFired', audience: 'incidents.alerts' }]);
  });
});

describe('a letter that does not exist', () => {
  it.each([randomUUID(), 'nobody', '%00'])('(%s) is 404', async (id) => expect((await replay(id)).status).toBe(404));
});
