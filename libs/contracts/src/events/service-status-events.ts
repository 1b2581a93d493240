import { z } from 'zod';
import { serviceSubject } from '../alert.js';
import { defineEvent } from '../event.js';
import { instant, text } from '../fields.js';

const observation = {
  partition: text(200),
  /** Unambiguous id of the status: partition, platform, service, facet and location, each percent-encoded. */
  key: text(1_000_000),
  platform: text(16_384),
  service: text(16_384),
  facet: text(16_384),
  location: z.string().max(16_384),
  status: text(16_384),
  previousStatus: z.string().max(16_384).optional(),
  description: z.string().max(16_384),
  time: instant,
  /** Fingerprint of the alert that was observed. */
  fingerprint: z.string().max(64).optional(),
  /** True when it lies before an observation already recorded. */
  late: z.boolean().optional(),
};

const subjectOf = (status: { partition: string; platform: string; service: string; facet: string }): string =>
  serviceSubject(status.partition, status);

export const ServiceStatusChanged = defineEvent({
  name: 'ServiceStatusChanged',
  schema: z.looseObject(observation),
  says: 'The status of a service changed at `time`; `late` when that corrects history.',
  subjectOf,
});

export const ServiceStatusObserved = defineEvent({
  name: 'ServiceStatusObserved',
  schema: z.looseObject(observation),
  says: 'The status of a service was observed and changed nothing.',
  subjectOf,
});
