import { type Instant } from '#libs/core';
import { type Cause } from '../projections/causes/causes.processor.js';
import { type Change, whyNotExpected } from '../projections/deliveries/expectation.js';
import { type StoredSignal } from '../projections/deliveries/expectations.js';
import { type Delivery } from '../projections/deliveries/queries.js';

/** One step of the way, with its place on the log: null where it has none yet. */
export interface Hop {
  readonly kind: 'alert' | 'incident' | 'delivery';
  /** Name of the event. */
  readonly name: string;
  readonly id: string;
  /** Id of the event that led to it. */
  readonly causedBy: string | null;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly at: Instant | null;
  /** Of a delivery: where it went and what came of it. */
  readonly delivery?: Pick<Delivery, 'deliveryId' | 'integrationId' | 'state' | 'reason' | 'attempts' | 'receipt'>;
  /** Where the chain ends without a delivery: why. */
  readonly ended?: string;
}

export interface Chain {
  readonly causes: readonly Cause[];
  readonly signals: readonly StoredSignal[];
  readonly deliveries: readonly Delivery[];
  /** Of the integration that was asked for; undefined where none was. */
  readonly history?: readonly Change[] | undefined;
}

/** Every hop from the alert to the provider's answer: each event after its cause, each delivery after its event. */
export function explain({ causes, signals, deliveries, history }: Chain): readonly Hop[] {
  const causesById = new Map(causes.map((cause) => [cause.eventId, cause]));
  const shown = new Set<string>();
  return signals.flatMap((signal) => {
    const cause = signal.causationId === null ? undefined : causesById.get(signal.causationId);
    const before = cause && !shown.has(cause.eventId) ? [alertHop(cause)] : [];
    if (cause) shown.add(cause.eventId);
    const own = deliveries.filter(({ eventId }) => eventId === signal.eventId);
    const ended = own.length === 0 && history ? whyNotExpected(history, signal) : undefined;
    return [...before, incidentHop(signal, ended), ...own.map(deliveryHop)];
  });
}

function alertHop({ eventId, name, topic, partition, offset, writtenAt }: Cause): Hop {
  return { kind: 'alert', name, id: eventId, causedBy: null, topic, partition, offset, at: writtenAt };
}

function incidentHop(signal: StoredSignal, ended: string | undefined): Hop {
  const { eventId, name, causationId, topic, partition, offset, writtenAt } = signal;
  const place = { topic, partition, offset, at: writtenAt };
  return { kind: 'incident', name, id: eventId, causedBy: causationId, ...place, ...(ended ? { ended } : {}) };
}

function deliveryHop(of: Delivery): Hop {
  const { deliveryId, integrationId, eventId, state, reason, attempts, receipt, recorded, at } = of;
  return {
    kind: 'delivery',
    name: recorded ? 'DeliveryRecorded' : 'pending',
    id: deliveryId,
    causedBy: eventId,
    topic: recorded?.topic ?? null,
    partition: recorded?.partition ?? null,
    offset: recorded?.offset ?? null,
    at,
    delivery: { deliveryId, integrationId, state, reason, attempts, receipt },
  };
}
