import { z } from 'zod';
import { defineEvent } from '../event.js';
import { instant, text } from '../fields.js';

/** Argus' event types (reference argus.md 2). */
export const incidentEventTypes = ['STA', 'LES', 'END', 'RES', 'CLO', 'REO', 'ACK', 'CHI', 'OTH'] as const;
export type IncidentEventType = (typeof incidentEventTypes)[number];

/** What may be changed of an incident after it was opened. */
export const incidentAttributes = ['level', 'description', 'detailsUrl', 'ticketUrl', 'metadata', 'tags'] as const;
export type IncidentAttribute = (typeof incidentAttributes)[number];

/** Integer keys of users and sources are as wide as Argus' are. */
const MAX_KEY = 2_147_483_647;
const MAX_DESCRIPTION = 262_144;
const MAX_REMARK = 262_144;

const actor = z.looseObject({
  /** Integer key of the user, as Argus shows it. */
  userPk: z.int().nonnegative().max(MAX_KEY),
  username: z.string().max(1024),
  kind: z.enum(['source', 'person', 'system']),
  tokenId: z.string().max(64).optional(),
});

/** Who did it: a source system, a person, or the platform itself. */
export type Actor = Readonly<z.infer<typeof actor>>;

const common = {
  incidentId: text(64),
  pk: z.int().positive(),
  /** 1, 2, 3 ... within the incident: a reader ignores what it already has. */
  sequence: z.int().positive(),
  /** Integer key of the event, as Argus shows it; what has none is no event there. */
  eventPk: z.int().positive().optional(),
  by: actor.optional(),
  /** It happened before something that was recorded of the incident already: it corrects history, and pages nobody. */
  late: z.boolean().optional(),
};

/** When it happened, and what was said of it. */
const said = { timestamp: instant, description: z.string().max(MAX_REMARK).default('') };

const source = z.looseObject({
  id: z.string().max(64),
  /** Integer key of the source system, as Argus shows it. */
  pk: z.int().positive().max(MAX_KEY).optional(),
  name: z.string().max(1024),
  type: z.string().max(1024),
});

/** The issue that an incident is of, as far as it was taken in. */
const issue = z.looseObject({
  issueId: text(64),
  /** Of the issue's own events: what is not newer changes nothing. */
  sequence: z.int().positive(),
  severity: text(64),
  /** The issue is over. */
  final: z.boolean().optional(),
});

const tags = z.array(z.string().max(32_768)).max(512);

const opened = z.looseObject({
  ...common,
  /** What opened it: `alert`, `issue`, `api`, or `tocsin` of its own warnings. */
  origin: text(32),
  startTime: instant,
  /** Set when it was already over when it was opened. */
  endTime: instant.nullish(),
  stateful: z.boolean(),
  /** 1 (worst) to 5. */
  level: z.int().min(1).max(5),
  description: z.string().max(MAX_DESCRIPTION),
  tags,
  /** Key of the user who added the tags, where that is not `by`. */
  tagsAddedBy: z.int().nonnegative().max(MAX_KEY).optional(),
  source,
  sourceIncidentId: z.string().max(4096),
  detailsUrl: z.string().max(8192).default(''),
  ticketUrl: z.string().max(8192).default(''),
  /** Any JSON of the source's own. */
  metadata: z.json().optional(),
  /** Id of the incident of the same alert before this one. */
  predecessor: z.string().max(64).optional(),
  /** Of the origin `issue`. */
  issue: issue.optional(),
});

const closed = z.looseObject({
  ...common,
  /** `END`: the source said so; `CLO`: a person. Absent on records from before there were types: END. */
  type: z.enum(['END', 'CLO']).optional(),
  timestamp: instant.optional(),
  endTime: instant,
  /** `resolved`, `expired`, `closed` ... */
  reason: z.string().max(200),
  description: z.string().max(MAX_REMARK).optional(),
  issue: issue.optional(),
});

const reopened = z.looseObject({ ...common, ...said, type: z.enum(['RES', 'REO']) });

const acknowledged = z.looseObject({
  ...common,
  eventPk: z.int().positive(),
  ...said,
  /** Until when it counts; null for ever. */
  expiration: instant.nullable(),
  /** True where only the expiration of the acknowledgement `eventPk` changed. */
  changed: z.boolean().optional(),
});

const changed = z.looseObject({
  ...common,
  ...said,
  attribute: z.enum(incidentAttributes),
  /** Values before and after; of tags, all of them. */
  old: z.json(),
  new: z.json(),
});

const observed = z.looseObject({
  ...common,
  timestamp: instant,
  /** Title and message with the latest values; absent where somebody has written another description. */
  description: z.string().max(MAX_DESCRIPTION).optional(),
  metadata: z.json(),
  issue,
});

const noted = z.looseObject({ ...common, ...said, type: z.enum(incidentEventTypes) });

const deleted = z.looseObject({ ...common, timestamp: instant });

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

export const IncidentReopened = defineEvent({
  name: 'IncidentReopened',
  schema: reopened,
  says: 'A closed incident is open again: its source restarted it, or a person reopened it.',
  subjectOf,
});

export const IncidentAcknowledged = defineEvent({
  name: 'IncidentAcknowledged',
  schema: acknowledged,
  says: 'Somebody took note of an incident, for a time or for good; or changed for how long.',
  subjectOf,
});

export const IncidentChanged = defineEvent({
  name: 'IncidentChanged',
  schema: changed,
  says: 'An attribute of an incident has another value.',
  subjectOf,
});

export const IncidentNoted = defineEvent({
  name: 'IncidentNoted',
  schema: noted,
  says: 'Something was said of an incident and changed nothing.',
  subjectOf,
});

export const IncidentObserved = defineEvent({
  name: 'IncidentObserved',
  schema: observed,
  says: 'The issue of an open incident was seen again: its latest values. It is no event in Argus.',
  subjectOf,
});

export const IncidentDeleted = defineEvent({
  name: 'IncidentDeleted',
  schema: deleted,
  says: 'An incident is shown no more: its source or an admin deleted it. The log keeps what it was.',
  subjectOf,
});
