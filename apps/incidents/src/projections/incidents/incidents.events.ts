import { type Actor, type IncidentEventType } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type IncidentEvent } from '../../incident/incident.js';
import { type IncidentEnvelope, type TimelineEntry } from './incidents.projection.js';

/** One event of an incident that has a key, as Argus shows it. */
export interface IncidentEventDocument {
  readonly pk: number;
  readonly incidentId: string;
  /** Key of the incident. */
  readonly incidentPk: number;
  /** Null where nobody is known. */
  readonly actor: Actor | null;
  readonly type: IncidentEventType;
  /** When it happened. */
  readonly timestamp: Instant;
  /** When it was written down. */
  readonly received: Instant;
  readonly description: string;
  /** Its place among the incident's events. */
  readonly sequence: number;
}

/** An acknowledgement; its key is its event's. */
export interface AcknowledgementDocument {
  readonly pk: number;
  readonly event: IncidentEventDocument;
  /** Null for ever. */
  readonly expiration: Instant | null;
}

type Said = Pick<IncidentEvent | IncidentEnvelope, 'name' | 'payload'>;

/** Argus' type of an event (reference argus.md 2). */
export function typeOf(event: Said): IncidentEventType {
  switch (event.name) {
    case 'IncidentOpened':
      return (event.payload as { stateful: boolean }).stateful ? 'STA' : 'LES';
    case 'IncidentAcknowledged':
      return 'ACK';
    case 'IncidentChanged':
      return 'CHI';
    default:
      return (event.payload as { type?: IncidentEventType }).type ?? 'END';
  }
}

/** The key under which Argus shows an event; a change of an acknowledgement's expiration is none there. */
export function eventPkOf({ payload }: Said): number | undefined {
  return 'changed' in payload && payload.changed ? undefined : payload.eventPk;
}

/** The event of a timeline entry, where it has a key. */
export function eventDocumentOf(entry: TimelineEntry): IncidentEventDocument | undefined {
  const said = entry as unknown as Said;
  const pk = eventPkOf(said);
  if (pk === undefined) return undefined;
  const { payload } = said;
  return {
    pk,
    incidentId: payload.incidentId,
    incidentPk: payload.pk,
    actor: payload.by ?? null,
    type: typeOf(said),
    timestamp: entry.time,
    received: entry.recordedAt,
    description: (payload.description as string | undefined) ?? '',
    sequence: payload.sequence,
  };
}

/** The acknowledgements of an incident's whole timeline, each with the expiration that it has now, newest first. */
export function acknowledgementsOf(timeline: readonly TimelineEntry[]): readonly AcknowledgementDocument[] {
  const acks = new Map<number, AcknowledgementDocument>();
  for (const entry of timeline) {
    if (entry.name !== 'IncidentAcknowledged') continue;
    const { eventPk: pk, expiration } = entry.payload as { eventPk: number; expiration: Instant | null };
    const event = acks.get(pk)?.event ?? eventDocumentOf(entry);
    if (event) acks.set(pk, { pk, event, expiration });
  }
  return newestFirst([...acks.values()], ({ event }) => event);
}

/** By time, the latest first; of equal times the one recorded last. */
export function newestFirst<T>(all: T[], eventOf: (one: T) => IncidentEventDocument): readonly T[] {
  const key = (one: T): string => eventOf(one).timestamp.slice(0, -1);
  return all.sort((a, b) => (key(a) < key(b) ? 1 : key(a) > key(b) ? -1 : eventOf(b).sequence - eventOf(a).sequence));
}
