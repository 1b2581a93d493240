import { z } from 'zod';
import { defineEvent, type PayloadOf } from '../event.js';
import { instant, labels, text } from '../fields.js';
import { clusterSubject, name } from './sample-fields.js';

/** Reference integrations-and-sinks 2.8. */
export const MetricPoint = defineEvent({
  name: 'MetricPoint',
  schema: z.looseObject({
    clusterId: name,
    nodeId: name.optional(),
    at: instant,
    namespace: z.enum(['host', 'eventstoredb', '']),
    name: text(1024),
    value: z.number(),
    unit: z.string().max(64).optional(),
    labels: labels.optional(),
  }),
  says: 'The value of one metric at one time.',
  subjectOf: clusterSubject,
});

export type MetricPointPayload = PayloadOf<typeof MetricPoint>;
