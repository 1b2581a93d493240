import {
  type DeliveryRecorded,
  type EnvelopeOf,
  type EventEnvelope,
  type IntegrationParked,
  type IntegrationRecovered,
} from '#libs/contracts';
import { compareInstants, type Instant, type Projection } from '#libs/core';

/** What the delivery process last said of an integration. */
export interface Health {
  readonly integrationId: string;
  readonly organizationId: string;
  /** Set while nothing is sent through it until somebody mends it. */
  readonly parked: Trouble | null;
  readonly lastDelivery: LastDelivery | null;
  /** The newest trouble; null once something was delivered after it. */
  readonly lastError: Trouble | null;
}

export interface Trouble {
  readonly code: string;
  readonly remedy: string;
  readonly at: Instant;
}

export interface LastDelivery {
  readonly deliveryId: string;
  readonly incidentId: string | null;
  readonly state: string;
  readonly receipt: Readonly<Record<string, unknown>> | null;
  readonly at: Instant;
}

type Handled =
  EnvelopeOf<typeof DeliveryRecorded> | EnvelopeOf<typeof IntegrationParked> | EnvelopeOf<typeof IntegrationRecovered>;

/** Repeats and late repeats change nothing: of two facts the one with the later time counts. */
function evolve(health: Health | undefined, envelope: EventEnvelope): Health {
  const event = envelope as Handled;
  const { integrationId } = event.payload;
  const { organizationId } = event.metadata;
  const before = health ?? { integrationId, organizationId, parked: null, lastDelivery: null, lastError: null };
  switch (event.name) {
    case 'DeliveryRecorded':
      return recorded(before, event.payload);
    case 'IntegrationParked': {
      const trouble = troubleOf(event.payload);
      return { ...before, parked: trouble, lastError: newer(before.lastError, trouble) };
    }
    case 'IntegrationRecovered':
      return { ...before, parked: null };
  }
}

function recorded(health: Health, delivery: EnvelopeOf<typeof DeliveryRecorded>['payload']): Health {
  const { deliveryId, incidentId, state, receipt, reason, at } = delivery;
  switch (state) {
    case 'delivered': {
      const last = { deliveryId, incidentId: incidentId ?? null, state, receipt: receipt ?? null, at };
      const lastDelivery = newer(health.lastDelivery, last);
      const over = health.lastError && compareInstants(health.lastError.at, lastDelivery.at) <= 0;
      return { ...health, lastDelivery, lastError: over ? null : health.lastError };
    }
    case 'ambiguous':
    case 'dead-lettered':
    case 'expired':
      return { ...health, lastError: newer(health.lastError, { code: state, remedy: reason ?? '', at }) };
    case 'suppressed':
    case 'superseded':
      return health;
  }
}

function troubleOf({ code, remedy, at }: Trouble): Trouble {
  return { code, remedy, at };
}

function newer<T extends { readonly at: Instant }>(a: T | null, b: T): T {
  return a && compareInstants(a.at, b.at) > 0 ? a : b;
}

export const healthProjection: Projection<Health, EventEnvelope> = {
  name: 'health',
  version: 1,
  handles: new Set(['DeliveryRecorded', 'IntegrationParked', 'IntegrationRecovered']),
  idOf: (event) => (event as Handled).payload.integrationId,
  evolve,
};
