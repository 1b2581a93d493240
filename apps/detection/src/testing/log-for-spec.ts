import { randomUUID } from 'node:crypto';
import {
  type EventEnvelope,
  type EventType,
  headersOf,
  keyOf,
  makeEvent,
  type Origin,
  sampleTypes,
} from '#libs/contracts';
import { EventLog, EventPublisher } from '#libs/event-stream';
import { RuntimeConfig, type TestedService } from '#libs/runtime';
import { until } from '#libs/testing';
import { type PostedSample } from './decide-all.js';

type Service = Pick<TestedService, 'app' | 'access' | 'host' | 'relay'>;

export interface Tenant {
  readonly organizationId: string;
  readonly projectId: string;
}

/** For specs: the first organisation of a service under test. */
export async function firstTenantOf({ access }: Pick<Service, 'access'>): Promise<Tenant> {
  const { rows } = await access.query<Tenant>(
    'select organization_id as "organizationId", id as "projectId" from access.project order by created_at limit 1',
  );
  return rows[0]!;
}

/** Puts samples on the telemetry topic, as ingestion would. */
export async function publishSamples(
  service: Service,
  tenant: Tenant,
  samples: readonly PostedSample[],
): Promise<void> {
  const events = samples.map(({ kind, ...payload }) => {
    const type = (sampleTypes as unknown as readonly EventType[]).find(({ name }) => name === kind)!;
    return makeEvent(type, payload as unknown, originOf(tenant, payload.at));
  });
  await publish(service, service.app.get(RuntimeConfig).topics.telemetry, events);
}

/** Puts an event on the events topic. */
export async function publishEvent<P>(
  service: Service,
  tenant: Tenant,
  type: EventType<string, P>,
  payload: P,
  at: string,
) {
  const event = makeEvent(type, payload, originOf(tenant, at));
  await publish(service, service.app.get(RuntimeConfig).topics.events, [event]);
  return event;
}

function originOf(tenant: Tenant, at: string): Origin {
  return { id: randomUUID(), time: at, recordedAt: at, source: 'spec', ...tenant };
}

async function publish({ app }: Service, topic: string, events: readonly EventEnvelope[]): Promise<void> {
  const records = events.map((event) => ({
    topic,
    key: keyOf(event),
    value: JSON.stringify(event),
    headers: headersOf(event),
  }));
  await app.get(EventPublisher).publish(records);
}

/** Until all samples are decided and what follows from them is on the log. */
export async function settled({ host, relay }: Service): Promise<void> {
  await until(() => host!.status().some(({ name }) => name === 'detection.samples'), { what: 'samples being read' });
  await host!.whenCaughtUp();
  await relay!.whenDrained();
}

/** All events on the log of these names, each partition in order. */
export async function eventsOf({ app }: Pick<Service, 'app'>, ...names: readonly string[]): Promise<EventEnvelope[]> {
  const topic = app.get(RuntimeConfig).topics.events;
  const log = app.get(EventLog);
  const state = await log.topic(topic);
  const end = new Map(state!.partitions.map(({ partition, high }) => [partition, high]));
  const found: EventEnvelope[] = [];
  for await (const records of log.read({ topic, until: end })) {
    for (const { value, headers } of records) {
      if (names.includes(headers['name'] ?? '')) found.push(JSON.parse(value!.toString()) as EventEnvelope);
    }
  }
  return found;
}
