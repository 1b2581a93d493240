import { z } from 'zod';
import { defineEvent, type PayloadOf } from '../event.js';
import { instant } from '../fields.js';
import { clusterSubject, name } from './sample-fields.js';

/** Reference integrations-and-sinks 2.7. */
export const LogRecord = defineEvent({
  name: 'LogRecord',
  schema: z.looseObject({
    clusterId: name,
    nodeId: name,
    at: instant,
    /** The line: the original structured event, or its text. */
    message: z.union([z.string(), z.record(z.string(), z.unknown())]),
    /** What wrote it. */
    source: z.string().max(256).optional(),
    ingestId: z.string().max(256).optional(),
  }),
  says: 'One line of a log of a node.',
  subjectOf: clusterSubject,
});

export type LogRecordPayload = PayloadOf<typeof LogRecord>;
