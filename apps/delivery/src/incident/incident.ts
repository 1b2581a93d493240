import {
  type Filtered,
  type IncidentAcknowledged,
  type IncidentChanged,
  type IncidentClosed,
  type IncidentDeleted,
  type IncidentNoted,
  type IncidentObserved,
  type IncidentOpened,
  type PayloadOf,
  saidOf,
  widened,
} from '#libs/contracts';
import { compareInstants, type Instant, millisOf } from '#libs/core';
import { type LaneView } from '../lane/lane.js';
import { type EventReference, type IncidentEvent, type incidentEvents, referenceOf } from './incident-event.js';
import { notified } from './notification.js';

/** What a sink has to know of an incident to show it: folded from its events, newest state only. */
export interface IncidentDocument {
  readonly incidentId: string;
  readonly pk: number;
  readonly organizationId: string;
  readonly projectId: string;
  /** Of the last event folded: what is not newer changes nothing. */
  readonly sequence: number;
  /** As of its last event. Open with an end: that lies ahead, and `incidentAt` tells when it has come. */
  readonly status: 'open' | 'closed' | 'stateless';
  readonly origin: string;
  /** 1 (worst) to 5. */
  readonly level: number;
  readonly description: string;
  /** `key=value`. */
  readonly tags: readonly string[];
  /** Name of the source system. */
  readonly source: string;
  readonly startTime: Instant;
  readonly endTime?: Instant;
  readonly closeReason?: string;
  readonly detailsUrl: string;
  readonly ticketUrl: string;
  /** Who took note of it, until when; null for ever. Absent on what was folded before there were acknowledgements. */
  readonly acks?: readonly Acknowledged[];
  /** What was said of it last. */
  readonly remark?: { readonly by: string; readonly text: string; readonly at: Instant };
  /** What filters look at, where that is more than what it is now. */
  readonly reach?: Filtered;
  /** Set of what is no incident but a notification. */
  readonly notification?: {
    readonly severity: string;
    readonly clusterId: string;
    readonly kind: string;
    readonly details: Readonly<Record<string, string>>;
  };
  /** When it was opened, by its own time. */
  readonly openedAt: Instant;
  /** The event folded last, which a back-fill sends. */
  readonly last: EventReference;
}

export interface Acknowledged {
  readonly eventPk: number;
  readonly by: string;
  readonly expiration: Instant | null;
}

/**
 * The document after `event`. What it already has changes nothing, and so does an event of an incident whose opening
 * was never seen.
 */
export function evolve(document: IncidentDocument | undefined, event: IncidentEvent): IncidentDocument | undefined {
  if (document && event.payload.sequence <= document.sequence) return document;
  if (event.name === 'NotificationRaised') return notified(event);
  if (event.name === 'IncidentOpened') return opened(event, event.payload as PayloadOf<typeof IncidentOpened>);
  if (!document) return undefined;
  const now = { ...document, sequence: event.payload.sequence, last: referenceOf(event) };
  const who = event.payload.by?.username ?? event.metadata.source;
  switch (event.name as (typeof incidentEvents)[number]) {
    case 'IncidentClosed': {
      const { endTime, reason } = event.payload as unknown as PayloadOf<typeof IncidentClosed>;
      return { ...now, status: statusOf({ stateful: true, endTime }, event), endTime, closeReason: reason };
    }
    case 'IncidentReopened': {
      const { endTime: _endTime, closeReason: _closeReason, ...open } = now;
      return { ...open, status: 'open' };
    }
    case 'IncidentAcknowledged':
      return { ...now, acks: acknowledged(document.acks ?? [], event.payload as never, who) };
    case 'IncidentChanged':
      return changed(now, event);
    case 'IncidentNoted':
      return noted(now, event.payload as never, who);
    case 'IncidentObserved': {
      const { description = document.description } = event.payload as unknown as PayloadOf<typeof IncidentObserved>;
      return { ...now, description };
    }
    case 'IncidentDeleted':
      return deleted(now, event.payload as unknown as PayloadOf<typeof IncidentDeleted>);
    default:
      return now;
  }
}

/** It is over, whatever it was: the message that people see is to say so. */
function deleted(document: IncidentDocument, { timestamp }: PayloadOf<typeof IncidentDeleted>): IncidentDocument {
  const { endTime = timestamp } = document;
  return { ...document, status: 'closed', endTime: earlierOf(endTime, timestamp), closeReason: 'deleted' };
}

function earlierOf(a: Instant, b: Instant): Instant {
  return compareInstants(a, b) < 0 ? a : b;
}

type Acknowledgement = PayloadOf<typeof IncidentAcknowledged>;

function acknowledged(
  acks: readonly Acknowledged[],
  { eventPk, expiration }: Acknowledgement,
  who: string,
): readonly Acknowledged[] {
  const by = acks.find((ack) => ack.eventPk === eventPk)?.by ?? who;
  return [...acks.filter((ack) => ack.eventPk !== eventPk), { eventPk, by, expiration }];
}

const SHOWN: ReadonlySet<string> = new Set(['level', 'description', 'detailsUrl', 'ticketUrl', 'tags']);

function changed(document: IncidentDocument, event: IncidentEvent): IncidentDocument {
  const { attribute, new: value } = event.payload as unknown as PayloadOf<typeof IncidentChanged>;
  if (!SHOWN.has(attribute)) return document;
  return { ...document, [attribute]: value, reach: widened(reachOf(document), saidOf(event)) };
}

/** Only what people and sources say in words is shown; that an end was said again is not. */
function noted(document: IncidentDocument, payload: PayloadOf<typeof IncidentNoted>, by: string): IncidentDocument {
  const { type, description: text, timestamp: at } = payload;
  return type === 'OTH' && text !== '' ? { ...document, remark: { by, text, at } } : document;
}

/** What the filters of integrations look at. */
export function reachOf({ reach, origin, level, tags }: IncidentDocument): Filtered {
  return reach ?? { origin, level, tags };
}

function opened(event: IncidentEvent, payload: PayloadOf<typeof IncidentOpened>): IncidentDocument {
  const { organizationId, projectId, time } = event.metadata;
  return {
    incidentId: payload.incidentId,
    pk: payload.pk,
    organizationId,
    projectId,
    sequence: payload.sequence,
    status: statusOf(payload, event),
    origin: payload.origin,
    level: payload.level,
    description: payload.description,
    tags: payload.tags,
    source: payload.source.name,
    startTime: payload.startTime,
    ...(payload.endTime ? { endTime: payload.endTime } : {}),
    detailsUrl: payload.detailsUrl,
    ticketUrl: payload.ticketUrl,
    openedAt: time,
    last: referenceOf(event),
  };
}

/** Right after its event. An end that lies ahead is none yet (reference argus.md 1.3). */
function statusOf(
  { stateful, endTime }: Pick<PayloadOf<typeof IncidentOpened>, 'stateful' | 'endTime'>,
  { metadata: { recordedAt } }: IncidentEvent,
): IncidentDocument['status'] {
  if (!stateful) return 'stateless';
  return endTime && compareInstants(endTime, recordedAt) <= 0 ? 'closed' : 'open';
}

/** The incident as it is at `now`, milliseconds: an end that lay ahead may have come. */
export function incidentAt(document: IncidentDocument, now: number): IncidentDocument {
  const { status, endTime } = document;
  return status === 'open' && endTime && millisOf(endTime) <= now ? { ...document, status: 'closed' } : document;
}

/** An incident as its lanes see it at `now`, milliseconds: one without an end stays open for ever. */
export function laneView(document: IncidentDocument, now: number): LaneView {
  const { sequence, status, endTime } = document;
  const ends = status === 'open' && endTime ? { ends: millisOf(endTime) } : {};
  return { sequence, open: incidentAt(document, now).status !== 'closed', ...ends };
}
