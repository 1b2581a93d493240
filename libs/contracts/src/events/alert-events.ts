import { z } from 'zod';
import { alertSubject } from '../alert.js';
import { defineEvent } from '../event.js';
import { instant, labels, text } from '../fields.js';

const alert = {
  partition: text(200),
  /** Left out by a foreign producer it is computed; given or not, readers compute it from the labels. */
  fingerprint: text(64).optional(),
  labels,
  annotations: labels.default({}),
  startsAt: instant,
  generatorURL: z.string().max(8192).optional(),
};

const fired = z.looseObject({
  ...alert,
  endsAt: instant.nullish(),
  /** Set by senders that must refresh it (Prometheus): the alert ends then unless it is said again. */
  expiresAt: instant.optional(),
});

const resolved = z.looseObject({ ...alert, endsAt: instant, reason: z.string().max(200).optional() });

export const AlertFired = defineEvent({
  name: 'AlertFired',
  schema: fired,
  says: 'A monitoring system says that an alert is firing; repeats of one occurrence are further records.',
  subjectOf: (alert) => alertSubject(alert.partition, alert.labels),
});

export const AlertResolved = defineEvent({
  name: 'AlertResolved',
  schema: resolved,
  says: 'A monitoring system says that an alert has ended.',
  subjectOf: (alert) => alertSubject(alert.partition, alert.labels),
});
