import { type Instant } from '#libs/core';
import { type Incident, type Json, type Source, type Tag } from '../../incident/incident.js';
import { ackedUntil, isAcked, isOpen } from '../../incident/incident.moment.js';

export const STATUSES = ['open', 'closed', 'stateless'] as const;

/** An incident as it is at a moment, with all that an API shows of it. */
export interface IncidentDocument {
  readonly incidentId: string;
  readonly pk: number;
  readonly status: (typeof STATUSES)[number];
  /** Stateful, and its end is not there yet. */
  readonly open: boolean;
  /** Some acknowledgement counts. */
  readonly acked: boolean;
  readonly stateful: boolean;
  readonly startTime: Instant;
  /** `infinity` where it is open without an end; null of a stateless one. An end in the future is no end yet. */
  readonly endTime: Instant | 'infinity' | null;
  /** 1 (critical) to 5 (information). */
  readonly level: number;
  readonly description: string;
  readonly tags: readonly Tag[];
  readonly source: Source;
  readonly sourceIncidentId: string;
  /** `alert`, `issue`, `api`, or `tocsin` of its own warnings. */
  readonly origin: string;
  readonly detailsUrl: string;
  readonly ticketUrl: string;
  readonly metadata: Json;
  /** Why it ended: `resolved`, `expired`, `closed` ...; null while it has no end. */
  readonly closeReason: string | null;
  /** Id of the incident of the same alert before this one. */
  readonly predecessor: string | null;
  /** Until when it counts as acknowledged: `infinity`, an instant (past ones too), or null for never. */
  readonly ackedUntil: Instant | 'infinity' | null;
  /** When its first and its last event were written down. */
  readonly openedAt: Instant;
  readonly updatedAt: Instant;
  /** Number of its events. */
  readonly sequence: number;
}

/** The incident as it is at `now`. */
export function incidentAt(incident: Incident, now: Instant): IncidentDocument {
  const { incidentId, pk, stateful, startTime, endTime, level, description, tags, source } = incident;
  const open = isOpen(incident, now);
  const until = ackedUntil(incident);
  return {
    incidentId,
    pk,
    status: stateful ? (open ? 'open' : 'closed') : 'stateless',
    open,
    acked: isAcked(until, now),
    stateful,
    startTime,
    endTime: stateful ? (endTime ?? 'infinity') : null,
    level,
    description,
    tags,
    source,
    sourceIncidentId: incident.sourceIncidentId,
    origin: incident.origin,
    detailsUrl: incident.detailsUrl,
    ticketUrl: incident.ticketUrl,
    metadata: incident.metadata,
    closeReason: incident.closeReason ?? null,
    predecessor: incident.predecessor ?? null,
    ackedUntil: until,
    openedAt: incident.openedAt,
    updatedAt: incident.updatedAt,
    sequence: incident.sequence,
  };
}
