import { z } from 'zod';
import { defineEvent } from '../event.js';
import { text } from '../fields.js';

const filters = z
  .looseObject({
    origins: z.array(z.string().max(64)).max(16).optional(),
    clusterIds: z.array(z.string().max(256)).max(1000).optional(),
    /** Every `key=value` given must be a tag of the incident. */
    labels: z.array(z.string().max(4096)).max(64).optional(),
    /** Incidents of this level or worse (a lower number). */
    minLevel: z.int().min(1).max(5).optional(),
  })
  .default({});

const configuration = {
  integrationId: text(64),
  /** 1, 2, 3 ... within the integration. */
  sequence: z.int().positive(),
  description: z.string().max(1024),
  sink: text(64),
  source: z.enum(['issues', 'notifications', 'logs', 'metrics']),
  /** Plain settings of the sink. */
  data: z.record(z.string(), z.unknown()),
  /** Field name to sealed envelope: `v1.keyId.nonce.tag.ciphertext`. Never clear text. */
  secrets: z.record(z.string(), z.string().startsWith('v1.')),
  /** Field name to what is shown in the secret's place. */
  masks: z.record(z.string(), z.string().max(64)).default({}),
  filters,
};

const named = { integrationId: text(64), sequence: z.int().positive(), reason: z.string().max(1024).optional() };
const subjectOf = (integration: { integrationId: string }): string => `integration/${integration.integrationId}`;

export const IntegrationCreated = defineEvent({
  name: 'IntegrationCreated',
  schema: z.looseObject(configuration),
  says: 'An integration was configured; its secrets are sealed.',
  subjectOf,
});

export const IntegrationUpdated = defineEvent({
  name: 'IntegrationUpdated',
  schema: z.looseObject(configuration),
  says: 'An integration was changed; the whole new configuration follows.',
  subjectOf,
});

export const IntegrationDeleted = defineEvent({
  name: 'IntegrationDeleted',
  schema: z.looseObject(named),
  says: 'An integration was deleted; nothing is sent through it any more.',
  subjectOf,
});

export const IntegrationPaused = defineEvent({
  name: 'IntegrationPaused',
  schema: z.looseObject(named),
  says: 'A person paused an integration.',
  subjectOf,
});

export const IntegrationResumed = defineEvent({
  name: 'IntegrationResumed',
  schema: z.looseObject(named),
  says: 'An integration goes on: resumed by a person, or tested with success.',
  subjectOf,
});
