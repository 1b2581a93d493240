import { z } from 'zod';
import { defineEvent } from '../event.js';
import { instant, text } from '../fields.js';

const common = {
  incidentId: text(64),
  pk: z.int().positive(),
  /** 1, 2, 3 ... within the incident: a reader ignores what it already has. */
  sequence: z.int().positive(),
};

const source = z.looseObject({ id: z.string().max(64), name: z.string().max(1024), type: z.string().max(1024) });

const opened = z.looseObject({
  ...common,
  /** What opened it: `alert`, `issue` or `api`. */
  origin: text(32),
  startTime: instant,
  /** Set when it was already over when it was opened. */
  endTime: instant.nullish(),
  stateful: z.boolean(),
  /** 1 (worst) to 5. */
  level: z.int().min(1).max(5),
  description: z.string().max(65_536),
  tags: z.array(z.string().max(32_768)).max(512),
  source,
  sourceIncidentId: z.string().max(4096),
  detailsUrl: z.string().max(8192).default(''),
  ticketUrl: z.string().max(8192).default(''),
  /** Id of the incident of the same alert before this one. */
  predecessor: z.string().max(64).optional(),
});

const closed = z.looseObject({
  ...common,
  endTime: instant,
  /** `resolved`, `expired`, `closed` ... */
  reason: z.string().max(200),
});

const subjectOf = (incident: { incidentId: string }): string => `incident/${incident.incidentId}`;

export const IncidentOpened = defineEvent({
  name: 'IncidentOpened',
  schema: opened,
  says: 'An incident was opened by an alert, an issue or a glue service.',
  subjectOf,
});

export const IncidentClosed = defineEvent({
  name: 'IncidentClosed',
  schema: closed,
  says: 'An incident ended.',
  subjectOf,
});
