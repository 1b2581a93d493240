import { z } from 'zod';
import { defineEvent, type PayloadOf } from '../event.js';
import { instant, text } from '../fields.js';
import { clusterSubject, name } from '../samples/sample-fields.js';

/** From the worst on. */
export const severities = ['critical', 'error', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

/** Reference integrations-and-sinks 2.1. */
const issue = {
  /** One occurrence. */
  issueId: text(64),
  /** Organisation, project, cluster, detector and subject, each percent-encoded: at most one open issue has it. */
  issueKey: text(8192),
  detector: text(128),
  ruleVersion: z.int().positive().optional(),
  clusterId: name,
  /** The node, where it concerns one. */
  nodeId: name.optional(),
  /** A node, `node:mount`, or the cluster. */
  subject: text(2048),
  /** One of `severities`; another producer's own word is kept. */
  severity: text(64),
  /** 1, 2, 3 ... within the issue: a reader ignores what it already has. */
  sequence: z.int().positive(),
  title: text(1024),
  /** The cause with the numbers seen, and what to consider. */
  message: text(16_384),
  observed: z.record(z.string(), z.unknown()),
  threshold: z.union([z.record(z.string(), z.unknown()), z.number()]),
  openedAt: instant,
  /** Time of the evaluation, by the samples' own clock. */
  occurredAt: instant,
  evidence: z
    .looseObject({
      windowStart: instant,
      windowEnd: instant,
      /** Samples in the window, and how many more could have been there. */
      samples: z.int().nonnegative(),
      missing: z.int().nonnegative(),
      /** The record that decided; absent where none did. */
      topic: z.string(),
      partition: z.int().nonnegative(),
      offset: z.int().nonnegative(),
    })
    .partial()
    .default({}),
};

const held = z.looseObject({ ...issue, status: z.literal('open') });

export const IssueOpened = defineEvent({
  name: 'IssueOpened',
  schema: held,
  says: 'A detector found an issue with a subject of a cluster.',
  subjectOf: clusterSubject,
});

export const IssueObserved = defineEvent({
  name: 'IssueObserved',
  schema: held,
  says: 'A further sample shows an open issue again, with its latest values.',
  subjectOf: clusterSubject,
});

export const IssueClosed = defineEvent({
  name: 'IssueClosed',
  schema: z.looseObject({
    ...issue,
    status: z.literal('closed'),
    /** Absent: `occurredAt`. */
    closedAt: instant.optional(),
    /** `solved`, or `subject removed`. */
    reason: text(200).default('solved'),
  }),
  says: 'An issue is over. Its id is final.',
  subjectOf: clusterSubject,
});

export type IssuePayload = PayloadOf<typeof IssueOpened> | PayloadOf<typeof IssueClosed>;
