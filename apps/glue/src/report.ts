import { type Changes, type NewIncident, type Tag } from './wire.js';

/** A moment: a Date, or ISO 8601 text with an offset (without one the server's own zone would be taken). */
export type Time = Date | string;

/** Tags as a map; a key may have several values. */
export type Tags = Readonly<Record<string, string | readonly string[]>>;

/** A problem as a monitoring system reports it. */
export interface Report {
  /** What the monitoring system calls it; one id is one incident at the server. */
  readonly id: string;
  readonly startTime: Time;
  /** Left out: it is open. null: it has no end (stateless). */
  readonly endTime?: Time | null;
  readonly description: string;
  /** 1 critical, 2 high, 3 moderate, 4 low, 5 information. */
  readonly level?: 1 | 2 | 3 | 4 | 5;
  readonly tags?: Tags;
  /** Absolute, or relative to the base URL of the source. */
  readonly detailsUrl?: string;
  readonly ticketUrl?: string;
  /** Any JSON. */
  readonly metadata?: unknown;
}

/** What of a report may change later. */
export type ReportChanges = Partial<Omit<Report, 'id' | 'startTime' | 'endTime'>>;

/** @throws RangeError naming what is wrong: caught here, before it is in the queue */
export function incidentOf({ id, startTime, endTime, ...rest }: Report): NewIncident {
  if (id === '') throw new RangeError('a report needs an id');
  return {
    source_incident_id: id,
    start_time: timeOf(startTime),
    ...(endTime !== undefined && { end_time: endTime === null ? null : timeOf(endTime) }),
    description: rest.description,
    tags: [],
    ...changesOf(rest),
  };
}

/** @throws RangeError naming what is wrong */
export function changesOf({ description, level, tags, detailsUrl, ticketUrl, metadata }: ReportChanges): Changes {
  return {
    ...(description !== undefined && { description }),
    ...(level !== undefined && { level }),
    ...(detailsUrl !== undefined && { details_url: detailsUrl }),
    ...(ticketUrl !== undefined && { ticket_url: ticketUrl }),
    ...(metadata !== undefined && { metadata }),
    ...(tags && { tags: tagsOf(tags) }),
  };
}

/** @throws RangeError when it is no time, or has no offset */
export function timeOf(time: Time): string {
  if (time instanceof Date) return time.toISOString();
  if (Number.isNaN(Date.parse(time)) || !/(z|[+-]\d{2}:?\d{2})$/i.test(time)) {
    throw new RangeError(`not a time with an offset: ${time}`);
  }
  return time;
}

/** Keys are of lower-case letters, digits and `_` (reference argus 3). */
function tagsOf(tags: Tags): Tag[] {
  return Object.entries(tags).flatMap(([key, values]) => {
    if (!/^[a-z0-9_]+$/.test(key)) throw new RangeError(`not a key of a tag: ${key}`);
    return [values].flat().map((value) => ({ tag: `${key}=${value}` }));
  });
}
