import { causedBy, type EventEnvelope, makeEvent, NotificationRaised } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/core';
import { SOURCE } from '../issues/issue.js';
import { type NotificationRule } from './notification-rules.js';

/** As the product that this is compatible with shows it (reference integrations-and-sinks 1.6). */
const SEVERITY = 'failure';

/** What is raised for an event; the same id whenever it is read. */
export function notificationOf(
  event: EventEnvelope,
  { kind, message }: NotificationRule,
  recordedAt: Instant,
): EventEnvelope {
  const { clusterId, reason, details, ...others } = event.payload as Readonly<Record<string, unknown>>;
  const { id, time } = event.metadata;
  const notificationId = derivedId('notification', kind, id);
  const payload = {
    notificationId,
    clusterId: String(clusterId),
    kind,
    severity: SEVERITY,
    message,
    occurredAt: time,
    details: { event: event.name, ...(reason === undefined ? {} : { reason }), ...others, ...asObject(details) },
  };
  const own = { id: derivedId('notification-raised', notificationId), time, recordedAt, source: SOURCE };
  return makeEvent(NotificationRaised, payload, causedBy(event, own));
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
