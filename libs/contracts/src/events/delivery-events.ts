import { z } from 'zod';
import { defineEvent } from '../event.js';
import { instant, text } from '../fields.js';

export const deliveryStates = [
  'pending',
  'delivered',
  'suppressed',
  'superseded',
  'expired',
  'dead-lettered',
  'ambiguous',
] as const;

export type DeliveryState = (typeof deliveryStates)[number];

const recorded = z.looseObject({
  deliveryId: text(64),
  integrationId: text(64),
  eventId: text(64),
  /** The event that came in from outside and caused it. */
  rootEventId: text(64),
  incidentId: z.string().max(64).optional(),
  state: z.enum(deliveryStates).exclude(['pending']),
  reason: z.string().max(2048).optional(),
  attempts: z.int().nonnegative(),
  /** What the provider answered: for Slack `channel` and `ts`. */
  receipt: z.record(z.string(), z.unknown()).nullish(),
  count: z.int().positive().default(1),
  at: instant,
});

export const DeliveryRecorded = defineEvent({
  name: 'DeliveryRecorded',
  schema: recorded,
  says: 'The final state of one event for one integration, with the proof.',
  subjectOf: (delivery) => `integration/${delivery.integrationId}`,
});

const planned = z.looseObject({
  deliveryId: text(64),
  eventId: text(64),
  rootEventId: text(64),
  incidentId: text(64),
  /** Of the incident, when it was planned. */
  sequence: z.int().positive(),
  /** When the event was written down. */
  writtenAt: instant,
});

/** Only a delivery process knows these: what it has read when an integration is made or resumed decides. */
export const DeliveriesPlanned = defineEvent({
  name: 'DeliveriesPlanned',
  schema: z.looseObject({ integrationId: text(64), deliveries: z.array(planned).min(1).max(500) }),
  says: 'What an integration is sent beside the events that come after it: incidents open before it was made, or gone on during its pause.',
  subjectOf: ({ integrationId }) => `integration/${integrationId}`,
});

const subjectOfIntegration = ({ integrationId }: { integrationId: string }): string => `integration/${integrationId}`;

export const IntegrationParked = defineEvent({
  name: 'IntegrationParked',
  schema: z.looseObject({
    integrationId: text(64),
    /** The provider's own code, or ours where it gave none. */
    code: text(200),
    /** What a person has to do, in words. */
    remedy: z.string().max(2048).default(''),
    at: instant,
  }),
  says: 'Nothing is sent through an integration any more until somebody mends it; its deliveries wait.',
  subjectOf: subjectOfIntegration,
});

export const IntegrationRecovered = defineEvent({
  name: 'IntegrationRecovered',
  schema: z.looseObject({ integrationId: text(64), reason: z.string().max(1024).optional(), at: instant }),
  says: 'A parked integration goes on: it was edited, resumed, or a try succeeded.',
  subjectOf: subjectOfIntegration,
});
