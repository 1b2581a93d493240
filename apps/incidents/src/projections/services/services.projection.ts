import { type EventEnvelope, type PayloadOf, type ServiceStatusChanged } from '#libs/contracts';
import { type Instant, type Projection } from '#libs/core';
import { type Observation, placeOf, sameStatus } from '../../service-status/history.js';

/** One observation of a service's status. */
export interface HistoryRow extends Observation {
  /** Whether the status differs from the one in force before it: a change, in order of time. */
  readonly transition: boolean;
  /** True when it came after observations of a later time. */
  readonly late: boolean;
  /** Id of the event that told it. */
  readonly eventId: string;
  /** When that was written down. */
  readonly recordedAt: Instant;
  /** Its place on the log, which orders observations of one time. */
  readonly offset: number;
}

/** A service and (the asked-for neighbourhood in) its history, oldest first. */
export interface ServiceHistory {
  readonly key: string;
  readonly partition: string;
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
  readonly location: string;
  readonly rows: readonly HistoryRow[];
}

type StatusPayload = PayloadOf<typeof ServiceStatusChanged>;
export type StatusEnvelope = EventEnvelope<'ServiceStatusChanged' | 'ServiceStatusObserved', StatusPayload>;

/** An event and where it lies. */
export interface LoggedStatus {
  readonly event: StatusEnvelope;
  readonly offset: number;
}

function evolve(history: ServiceHistory | undefined, { event, offset }: LoggedStatus): ServiceHistory {
  const { key, partition, platform, service, facet, location } = event.payload;
  const before = history ?? { key, partition, platform, service, facet, location, rows: [] };
  const { status, time, description, fingerprint = '', late = false } = event.payload;
  const observation = { fingerprint, status, time, description };
  const place = placeOf(before.rows, observation);
  if (!place) return before;
  const transition = !place.before || !sameStatus(place.before.status, status);
  const row: HistoryRow = {
    ...observation,
    transition,
    late,
    eventId: event.metadata.id,
    recordedAt: event.metadata.recordedAt,
    offset,
  };
  const next = place.after && { ...place.after, transition: !sameStatus(status, place.after.status) };
  const rows = before.rows.toSpliced(place.index, next ? 1 : 0, row, ...(next ? [next] : []));
  return { ...before, rows };
}

/**
 * The history of each service. What is a transition follows from the order of time alone, so an observation that comes
 * late puts right whatever lies behind it; the same observation told again (as a change, where it was none before)
 * changes nothing.
 */
export const servicesProjection: Projection<ServiceHistory, LoggedStatus> = {
  name: 'services',
  version: 2,
  handles: new Set(['ServiceStatusChanged', 'ServiceStatusObserved']),
  idOf: ({ event }) => `${event.metadata.organizationId}/${event.payload.key}`,
  evolve,
};

/** A row of the API: history, current status and status as of a time. */
export interface StatusRow {
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
  readonly location: string;
  readonly status: string;
  readonly time: Instant;
  readonly transition: boolean;
}
