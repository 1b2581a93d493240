import { type ArgusClient } from './client.js';
import { type Incident, type NewIncident } from './wire.js';

/** All that is open at the monitoring system at one moment. */
export interface SnapshotBody {
  readonly at: string;
  readonly open: readonly NewIncident[];
}

/** How many were opened (or restarted), and closed. */
export interface SnapshotAnswer {
  readonly opened: number;
  readonly closed: number;
}

/** Most that Tocsin takes in one snapshot; beyond that lists are compared here. */
export const MOST_OPEN = 10_000;

/**
 * The body of `POST /tocsin/v1/sources/mine/snapshot`. Tocsin ends nothing that it heard of after the snapshot was taken.
 * What the queue held before the snapshot is heard of just now, so the moment it is sent at counts.
 * @param now milliseconds since 1970
 */
export function tocsinBodyOf({ at, open }: SnapshotBody, now: number): object {
  return {
    takenAt: now > Date.parse(at) ? new Date(now).toISOString() : at,
    open: open.map(({ source_incident_id, start_time, tags, details_url, description, level, metadata }) => ({
      sourceIncidentId: source_incident_id,
      startTime: start_time,
      description,
      tags: tags.map(({ tag }) => tag),
      ...(level !== undefined && { level }),
      ...(details_url !== undefined && { detailsUrl: details_url }),
      ...(metadata !== undefined && { metadata }),
    })),
  };
}

/** What to open and what to close so that the server's open incidents are those of the snapshot (pure). */
export function differencesOf(
  snapshot: SnapshotBody,
  openThere: readonly Incident[],
): { readonly open: readonly NewIncident[]; readonly close: readonly Incident[] } {
  const here = new Set(snapshot.open.map(({ source_incident_id }) => source_incident_id));
  const there = new Set(openThere.map(({ source_incident_id }) => source_incident_id));
  const at = Date.parse(snapshot.at);
  return {
    open: snapshot.open.filter(({ source_incident_id }) => !there.has(source_incident_id)),
    // What began after the snapshot was taken is not in it; what has no id cannot be in it.
    close: openThere.filter(
      ({ source_incident_id, start_time }) =>
        source_incident_id !== '' && !here.has(source_incident_id) && Date.parse(start_time) <= at,
    ),
  };
}

/** The server's open list, read to its end before anything is changed: closing while paging would move the pages. */
export async function openAtServer(client: ArgusClient): Promise<Incident[]> {
  const open: Incident[] = [];
  for await (const incident of client.mine({ open: true })) open.push(incident);
  return open;
}
