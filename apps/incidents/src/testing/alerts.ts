import { randomUUID } from 'node:crypto';
import { AlertFired, AlertResolved, type EventEnvelope, headersOf, keyOf, makeEvent } from '#libs/contracts';
import { instantOfMillis } from '#libs/core';
import { EventPublisher } from '#libs/event-stream';
import { RuntimeConfig, type TestedService } from '#libs/runtime';

/** For specs: alerts of the first organisation of a service under test, put on the log. */
export interface SentAlert {
  /** Minute of 2026-11-20T09:00Z. */
  readonly start: number;
  readonly end?: number;
  readonly expires?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly location?: string;
}

export function minute(number: number): string {
  return instantOfMillis(Date.UTC(2026, 10, 20, 9, number));
}

const LABELS = {
  alertname: 'ServiceDown',
  platform: 'p1',
  service: 'etcd',
  facet: 'node',
  status: 'down',
  description: 'no answer',
  severity: 'critical',
};

interface Tenant {
  readonly organizationId: string;
  readonly projectId: string;
}

export async function firstTenantOf(service: Pick<TestedService, 'access'>): Promise<Tenant> {
  const { rows } = await service.access.query<Tenant>(
    'select organization_id as "organizationId", id as "projectId" from access.project order by created_at limit 1',
  );
  return rows[0]!;
}

export function alertEvent(tenant: Tenant, alert: SentAlert): EventEnvelope {
  const { start, end, expires, labels = {}, location = '10.0.0.1' } = alert;
  const said = {
    partition: 'INS',
    labels: { ...LABELS, ...labels },
    annotations: { location },
    startsAt: minute(start),
  };
  const origin = {
    id: randomUUID(),
    time: minute(end ?? start),
    recordedAt: minute(end ?? start),
    source: 'am',
    sourceType: 'alertmanager',
    ...tenant,
  };
  if (end !== undefined) return makeEvent(AlertResolved, { ...said, endsAt: minute(end) }, origin);
  return makeEvent(AlertFired, { ...said, ...(expires === undefined ? {} : { expiresAt: minute(expires) }) }, origin);
}

/** Puts alerts on the log, in one call. */
export async function publishAlerts(
  { app }: Pick<TestedService, 'app'>,
  tenant: Tenant,
  alerts: readonly SentAlert[],
): Promise<void> {
  const topic = app.get(RuntimeConfig).topics.events;
  const events = alerts.map((alert) => alertEvent(tenant, alert));
  const records = events.map((event) => ({
    topic,
    key: keyOf(event),
    value: JSON.stringify(event),
    headers: headersOf(event),
  }));
  await app.get(EventPublisher).publish(records);
}

/** Until alerts are decided, what follows from them is on the log, and the read models have it. */
export async function settled({ host, relay }: Pick<TestedService, 'host' | 'relay'>): Promise<void> {
  await host!.whenCaughtUp('incidents.alerts');
  await relay!.whenDrained();
  await host!.whenCaughtUp();
}
