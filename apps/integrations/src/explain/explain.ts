import { type Instant } from '#libs/core';
import { type Cause } from '../projections/causes/causes.processor.js';
import { type Change, whyNotExpected } from '../projections/deliveries/expectation.js';
import { type StoredChange, type StoredSignal } from '../projections/deliveries/stored-events.js';
import { type Delivery } from '../projections/deliveries/queries.js';

/** One step of the way, with its place on the log: null where it has none yet. */
export interface Hop {
  readonly kind: 'alert' | 'issue' | 'incident' | 'integration' | 'delivery';
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
  /** Events of integrations that led to deliveries by themselves: after a pause the state of now is sent. */
  readonly changes?: readonly StoredChange[];
  /** Of the integration that was asked for; undefined where none was. */
  readonly history?: readonly Change[] | undefined;
}

/** Every hop from the alert or issue to the provider's answer: each event after its cause, each delivery after its event. */
export function explain(chain: Chain): readonly Hop[] {
  const { signals, deliveries, changes = [], history } = chain;
  const causes = new Map(chain.causes.map((cause) => [cause.eventId, cause]));
  const of = (id: string): Hop[] => deliveries.filter(({ eventId }) => eventId === id).map(deliveryHop);
  const hops: Hop[] = [];
  for (const signal of signals) {
    const cause = causes.get(signal.causationId ?? '');
    if (cause) hops.push(placed(cause.name.startsWith('Issue') ? 'issue' : 'alert', cause, null));
    causes.delete(signal.causationId ?? '');
    const sent = of(signal.eventId);
    const ended = sent.length === 0 && history ? whyNotExpected(history, signal) : undefined;
    hops.push({ ...placed('incident', signal, signal.causationId), ...(ended ? { ended } : {}) }, ...sent);
  }
  for (const change of changes) hops.push(placed('integration', change, null), ...of(change.eventId));
  return hops;
}

function placed(kind: Hop['kind'], event: StoredChange, causedBy: string | null): Hop {
  const { eventId, name, topic, partition, offset, writtenAt } = event;
  return { kind, name, id: eventId, causedBy, topic, partition, offset, at: writtenAt };
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
