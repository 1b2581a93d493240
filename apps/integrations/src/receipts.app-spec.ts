import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AlertFired,
  deliveryIdOf,
  DeliveryRecorded,
  type EventEnvelope,
  type EventType,
  headersOf,
  IncidentClosed,
  IncidentOpened,
  IntegrationParked,
  IntegrationRecovered,
  keyOf,
  makeEvent,
} from '#libs/contracts';
import { instantOfMillis, RandomIds } from '#libs/core';
import { EventPublisher } from '#libs/event-stream';
import { createTestService, type TestService, until } from '#libs/testing';
import { type Hop } from './explain/explain.js';
import { type Delivery, type Reconciliation } from './projections/deliveries/queries.js';
import { integrationsService } from './service.js';

const ids = new RandomIds();
const secret = 'xoxb-0123456789-0123456789';
let service: TestService;
let tenant: { organizationId: string; projectId: string };

beforeAll(async () => {
  service = await createTestService(integrationsService);
  tenant = await json('/tocsin/v1/me');
}, 60_000);

afterAll(() => service?.stop());

async function json<T>(path: string): Promise<T> {
  const answer = await service.request(path);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function integration(filters: object = {}): Promise<string> {
  const data = { sink: 'slack', channelId: 'C1', token: secret };
  const answer = await service.request('/tocsin/v1/integrations', { json: { description: 'spec', data, filters } });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

function event<P>(type: EventType<string, P>, payload: P, causationId?: string): EventEnvelope {
  const now = instantOfMillis(Date.now());
  const { organizationId, projectId } = tenant;
  const id = ids.next();
  return makeEvent(type, payload, {
    id,
    time: now,
    recordedAt: now,
    source: 'spec',
    organizationId,
    projectId,
    causationId,
  });
}

/** Publishes in order and waits until every read model has them. */
async function say(...events: EventEnvelope[]): Promise<void> {
  const topic = service.config.topics.events;
  await service.relay!.whenDrained();
  await service.app
    .get(EventPublisher)
    .publish(events.map((one) => ({ topic, key: keyOf(one), headers: headersOf(one), value: JSON.stringify(one) })));
  await service.host!.whenCaughtUp();
}

function anIncident(
  level = 2,
  causationId?: string,
): { incidentId: string; opened: EventEnvelope; closed: EventEnvelope } {
  const incidentId = ids.next();
  const opened = event(
    IncidentOpened,
    {
      incidentId,
      pk: 1,
      sequence: 1,
      origin: 'alert',
      startTime: instantOfMillis(Date.now()),
      stateful: true,
      level,
      description: 'disk full',
      tags: ['job=db'],
      source: { id: 's', name: 'spec', type: 'alertmanager' },
      sourceIncidentId: 'f1',
      detailsUrl: '',
      ticketUrl: '',
    },
    causationId,
  );
  const closed = event(IncidentClosed, {
    incidentId,
    pk: 1,
    sequence: 2,
    endTime: instantOfMillis(Date.now()),
    reason: 'resolved',
  });
  return { incidentId, opened, closed };
}

function recorded(
  integrationId: string,
  of: EventEnvelope,
  state: 'delivered' | 'superseded',
  at = Date.now(),
): EventEnvelope {
  const { incidentId } = of.payload as { incidentId: string };
  return event(DeliveryRecorded, {
    deliveryId: deliveryIdOf(integrationId, of.metadata.id),
    integrationId,
    eventId: of.metadata.id,
    rootEventId: of.metadata.causationId ?? of.metadata.id,
    incidentId,
    state,
    attempts: 1,
    receipt: state === 'delivered' ? { channel: 'C1', ts: '1700000000.000001' } : null,
    count: 1,
    at: instantOfMillis(at),
  });
}

const deliveries = (query: string): Promise<{ items: Delivery[]; cursor: string | null }> =>
  json(`/tocsin/v1/deliveries?${query}`);

describe('receipts', () => {
  it('are pending from the incident event on, and final once recorded', async () => {
    const id = await integration();
    const { incidentId, opened } = anIncident();
    await say(opened);
    const query = `integration=${id}&incident=${incidentId}`;
    const pending = await deliveries(query);
    expect(pending).toEqual({
      items: [expect.objectContaining({ state: 'pending', eventId: opened.metadata.id, at: null, recorded: null })],
      cursor: null,
    });
    expect(await json(`/tocsin/v1/integrations/${id}`)).toMatchObject({ state: 'active', lag: 1, lastDelivery: null });

    const record = recorded(id, opened, 'delivered');
    await say(record, record);
    const { items } = await deliveries(query);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      deliveryId: pending.items[0]!.deliveryId,
      state: 'delivered',
      receipt: { channel: 'C1', ts: '1700000000.000001' },
      recorded: { topic: service.config.topics.events, partition: expect.any(Number), offset: expect.any(Number) },
    });
    expect(await json(`/tocsin/v1/deliveries/${items[0]!.deliveryId}`)).toEqual(items[0]);
    expect(await json(`/tocsin/v1/integrations/${id}`)).toMatchObject({ lag: 0, lastDelivery: { state: 'delivered' } });
    expect(await json(`/tocsin/v1/integrations/${id}/health`)).toMatchObject({
      id,
      state: 'active',
      deliveries: { pending: 0, delivered: 1 },
    });
  });

  it('are for integrations whose filters match, and closing events go by what the incident is', async () => {
    const [all, worst] = [await integration(), await integration({ minLevel: 1 })];
    const { incidentId, opened, closed } = anIncident(3);
    await say(opened, closed);
    const { items } = await deliveries(`incident=${incidentId}`);
    const mine = items.filter(({ integrationId }) => [all, worst].includes(integrationId));
    expect(mine.map(({ integrationId, eventId }) => [integrationId, eventId]).sort()).toEqual(
      [opened, closed].map((one) => [all, one.metadata.id]).sort(),
    );
  });

  it('page through, the newest event first', async () => {
    const id = await integration();
    for (let n = 0; n < 3; n++) await say(anIncident().opened);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: Delivery[]; cursor: string | null } = await deliveries(
        `integration=${id}&state=pending&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ writtenAt }) => writtenAt));
      cursor = page.cursor;
    }
    expect(seen).toHaveLength(3);
    expect([...seen].sort().reverse()).toEqual(seen);
  });

  it('are not for an integration that is deleted', async () => {
    const id = await integration();
    await say(anIncident().opened);
    expect((await deliveries(`integration=${id}`)).items).toHaveLength(1);
    expect((await service.request(`/tocsin/v1/integrations/${id}`, { method: 'DELETE' })).status).toBe(204);
    await say(anIncident().opened);
    expect((await deliveries(`integration=${id}`)).items).toHaveLength(1);
  });

  it.each(['state=lost', 'limit=0', 'cursor=x', 'integration=a&colour=red'])('refuse ?%s', async (query) => {
    const answer = await service.request(`/tocsin/v1/deliveries?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toHaveProperty('fields');
  });

  it('that nobody has are 404', async () => {
    expect((await service.request(`/tocsin/v1/deliveries/${ids.next()}`)).status).toBe(404);
  });
});

describe('the reconciliation', () => {
  it('counts what should have been against what was recorded, and names a gap in a lane', async () => {
    const from = new Date().toISOString();
    const id = await integration({ minLevel: 1 });
    const { opened, closed } = anIncident(1);
    await say(opened, closed, recorded(id, opened, 'superseded'), recorded(id, closed, 'delivered'));
    const reconciled = (): Promise<Reconciliation> =>
      json(`/tocsin/v1/deliveries/reconciliation?from=${from}&to=2999-01-01T00:00:00Z`);
    const before = await reconciled();
    expect(before).toMatchObject({ unaccounted: 0, states: { superseded: 1, delivered: 1 } });
    expect(before.pairs).toBe(Object.values(before.states).reduce((sum, count) => sum + count, 0));

    const gap = anIncident(1);
    await say(gap.opened, gap.closed, recorded(id, gap.closed, 'delivered', Date.now() - 61_000));
    const after = await reconciled();
    expect(after.unaccounted).toBe(1);
    expect(after.pairs).toBe(Object.values(after.states).reduce((sum, count) => sum + count, 1));
  });

  it('refuses what is no time', async () => {
    expect((await service.request('/tocsin/v1/deliveries/reconciliation?from=yesterday')).status).toBe(400);
  });
});

describe('a parked integration', () => {
  it('shows the code and the remedy, is told to go on by resume, and recovers', async () => {
    const id = await integration();
    const at = instantOfMillis(Date.now());
    await say(event(IntegrationParked, { integrationId: id, code: 'not_in_channel', remedy: 'Invite the bot.', at }));
    expect(await json(`/tocsin/v1/integrations/${id}`)).toMatchObject({
      state: 'parked',
      lastError: { code: 'not_in_channel', remedy: 'Invite the bot.' },
    });
    const resumed = await service.request(`/tocsin/v1/integrations/${id}/resume`, { method: 'POST' });
    expect(resumed.status).toBe(200);
    await say(event(IntegrationRecovered, { integrationId: id, reason: 'resumed', at: instantOfMillis(Date.now()) }));
    expect(await json(`/tocsin/v1/integrations/${id}`)).toMatchObject({ state: 'active' });
    const { rows } = await service.store!.query(
      'select name from integration_change where integration_id = $1 order by sequence',
      [id],
    );
    expect(rows.map(({ name }) => name)).toEqual(['IntegrationCreated', 'IntegrationResumed']);
  });
});

describe('explain', () => {
  it('lists every hop with its place on the log', async () => {
    const [id, other] = [await integration(), await integration({ labels: ['job=web'] })];
    const alert = event(AlertFired, {
      partition: 'main',
      labels: { alertname: 'DiskFull' },
      annotations: {},
      startsAt: instantOfMillis(Date.now()),
    });
    const { incidentId, opened } = anIncident(2, alert.metadata.id);
    await say(alert, opened, recorded(id, opened, 'delivered'));
    const { hops } = await until(() =>
      json<{ hops: Hop[] }>(`/tocsin/v1/explain?incident=${incidentId}&integration=${id}`),
    );
    expect(hops.map(({ kind, name }) => [kind, name])).toEqual([
      ['alert', 'AlertFired'],
      ['incident', 'IncidentOpened'],
      ['delivery', 'DeliveryRecorded'],
    ]);
    for (const hop of hops) {
      expect(hop).toMatchObject({
        topic: service.config.topics.events,
        partition: expect.any(Number),
        offset: expect.any(Number),
      });
    }
    const unsent = await json<{ hops: Hop[] }>(`/tocsin/v1/explain?incident=${incidentId}&integration=${other}`);
    expect(unsent.hops.at(-1)).toMatchObject({ ended: 'the filters of the integration do not match the incident' });
  });

  it.each([`incident=${ids.next()}`, `incident=${ids.next()}&integration=c38qlqlo0aeuocce9mi0`])(
    'knows no %s',
    async (query) => {
      expect((await service.request(`/tocsin/v1/explain?${query}`)).status).toBe(404);
    },
  );
});
