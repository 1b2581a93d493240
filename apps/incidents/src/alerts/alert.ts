import {
  type Actor,
  type AlertFired,
  type AlertResolved,
  type EventEnvelope,
  fingerprintOf,
  type Labels,
  observationOf,
  type PayloadOf,
  type ServiceObservation,
} from '#libs/contracts';
import { type SourceRow } from '#libs/runtime';
import { type Cause } from '../occurrence/occurrence.js';
import { type AlertSender } from '../sources/registry.js';
import { type Instant, instantOfMillis, isZeroTime, microsOf } from '#libs/core';

/** An alert record as the rules take it, whoever sent it. */
export interface Alert {
  readonly organizationId: string;
  readonly partition: string;
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorURL: string;
  readonly source: {
    readonly id: string;
    readonly pk?: number | undefined;
    readonly name: string;
    readonly type: string;
  };
  /** The user who stands for the source. */
  readonly by?: Actor | undefined;
  readonly startsAt: Instant;
  /** Set when it says that the alert is over. */
  readonly endsAt?: Instant | undefined;
  /** When a firing alert ends unless it is said again; absent where the sender promises to say that it is over. */
  readonly expiresAt?: Instant | undefined;
  /** When it was said: the time stamp of its record. */
  readonly saidAt: Instant;
  /** What it says of a service; absent without the service labels. */
  readonly observation?: ServiceObservation | undefined;
  readonly cause: Cause;
}

/** How far ahead of its record an alert may claim to start: an hour (`INTERFACES.md`, Ways in). */
const AHEAD_MICROS = 3_600_000_000;

/** Why the record cannot be decided, or undefined. */
export function faultOf(alert: Pick<Alert, 'startsAt' | 'saidAt'>): string | undefined {
  if (microsOf(alert.startsAt) - microsOf(alert.saidAt) <= AHEAD_MICROS) return undefined;
  return `startsAt: ${alert.startsAt} is more than an hour ahead of ${alert.saidAt}`;
}

/**
 * Reads an alert event. The fingerprint is always computed, never believed, so that one alert has one, whichever way it
 * came. An `endsAt` on a firing alert is when it expires; Go's zero time is none. `from` is the source system that sent it.
 */
export function alertOf(event: EventEnvelope, timestamp: number, from?: SourceRow): Alert {
  const payload = event.payload as PayloadOf<typeof AlertFired>;
  const saidAt = instantOfMillis(timestamp);
  const labels = printable(payload.labels);
  const annotations = printable(payload.annotations);
  const { organizationId, source, sourceId, sourceType } = event.metadata;
  return {
    organizationId: organizationId.toLowerCase(),
    partition: printableText(payload.partition),
    fingerprint: fingerprintOf(payload.labels),
    labels,
    annotations,
    generatorURL: printableText(payload.generatorURL ?? ''),
    source: {
      id: cut(sourceId, 64),
      ...(from ? { pk: from.pk } : {}),
      name: cut(source, 1024),
      type: cut(sourceType, 1024),
    },
    ...(from ? { by: { userPk: from.userPk, username: from.username, kind: 'source' } } : {}),
    startsAt: payload.startsAt,
    ...times(event, saidAt),
    saidAt,
    observation: observationOf(labels, annotations),
    cause: causeOf(event),
  };
}

/** Who sent an alert, for the registry of sources. */
export function senderOf({ metadata }: EventEnvelope): AlertSender {
  const { organizationId, projectId, sourceId, source, sourceType } = metadata;
  return {
    organizationId: organizationId.toLowerCase(),
    projectId,
    tokenId: sourceId,
    name: printableText(source),
    type: printableText(sourceType ?? ''),
    at: metadata.recordedAt,
  };
}

function causeOf({ metadata }: EventEnvelope): Cause {
  const { id, correlationId, projectId } = metadata;
  return {
    eventId: printableText(id),
    correlationId: printableText(correlationId),
    projectId: printableText(projectId),
  };
}

function times(event: EventEnvelope, saidAt: Instant): Pick<Alert, 'endsAt' | 'expiresAt'> {
  if (event.name === 'AlertResolved') {
    const { endsAt } = event.payload as PayloadOf<typeof AlertResolved>;
    return { endsAt: isZeroTime(endsAt) ? saidAt : endsAt };
  }
  const { endsAt, expiresAt } = event.payload as PayloadOf<typeof AlertFired>;
  const until = expiresAt ?? endsAt;
  return until && !isZeroTime(until) ? { expiresAt: until } : {};
}

/** A foreign producer may name itself at length; the incident's schema has bounds. */
function cut(text: string | undefined, length: number): string {
  return printableText((text ?? '').slice(0, length));
}

/** PostgreSQL keeps neither NUL nor half a surrogate pair; they show as the replacement character. */
function printableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function printable(entries: Labels): Labels {
  const pairs = Object.entries(entries).map(([name, value]) => [printableText(name), printableText(value)] as const);
  return Object.fromEntries(pairs);
}
