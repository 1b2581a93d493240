import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { type EventReference } from '../incident/incident-event.js';
import { type IncidentDocument } from '../incident/incident.js';
import { type Lane } from '../lane/lane.js';

/** The incidents that a batch is about, as far as they are known, and the version of the sink's integrations. */
export async function selectIncidents(
  tx: Tx,
  sink: string,
  incidentIds: readonly string[],
): Promise<{ readonly incidents: ReadonlyMap<string, IncidentDocument>; readonly rosterVersion: number }> {
  const { rows } = await tx.query<{ version: number | null; documents: readonly IncidentDocument[] | null }>(
    `select (select version from roster where sink = $1) as version,
            (select json_agg(document) from incident where sink = $1 and incident_id = any($2)) as documents`,
    [sink, incidentIds],
  );
  const { version, documents } = rows[0]!;
  const incidents = new Map((documents ?? []).map((document) => [document.incidentId, document]));
  return { incidents, rosterVersion: version ?? 0 };
}

/** An event of late with its incident as it is now. */
export interface Late {
  readonly reference: EventReference;
  readonly incident: IncidentDocument;
}

/** The events of an organisation that were written since `since`, each with its incident. */
export async function selectEventsSince(
  tx: Tx,
  sink: string,
  organizationId: string,
  since: Instant,
): Promise<readonly Late[]> {
  const { rows } = await tx.query<EventReference & { document: IncidentDocument }>(
    `select e.event_id as "eventId", e.name, e.root_event_id as "rootEventId", e.sequence, e.recorded_at as "recordedAt", i.document
       from incident_event e join incident i on i.sink = e.sink and i.incident_id = e.incident_id
      where e.sink = $1 and e.organization_id = $2 and e.recorded_at >= $3::timestamptz
      order by e.incident_id, e.sequence`,
    [sink, organizationId, since],
  );
  return rows.map(({ document, ...reference }) => ({ reference, incident: document }));
}

/** The open incidents of an organisation that were opened at or after `since`. */
export async function selectOpenSince(
  tx: Tx,
  sink: string,
  organizationId: string,
  since: Instant,
): Promise<readonly IncidentDocument[]> {
  const { rows } = await tx.query<{ document: IncidentDocument }>(
    `select document from incident
      where sink = $1 and organization_id = $2 and open and opened_at >= $3::timestamptz`,
    [sink, organizationId, since],
  );
  return rows.map(({ document }) => document);
}

/** What an integration shows of an incident of which something was suppressed. */
export interface Missed {
  readonly incident: IncidentDocument;
  readonly lane: Lane | null;
}

/** The incidents of which something was suppressed since `since`. */
export async function selectMissed(
  tx: Tx,
  sink: string,
  integrationId: string,
  since: Instant,
): Promise<readonly Missed[]> {
  const { rows } = await tx.query<Missed>(
    `select i.document as incident, l.state as lane
       from (select distinct incident_id from delivery
              where sink = $1 and integration_id = $2 and state = 'suppressed' and settled_at >= $3::timestamptz) d
       join incident i on i.sink = $1 and i.incident_id = d.incident_id
       left join lane l on l.sink = $1 and l.integration_id = $2 and l.incident_id = d.incident_id
      order by i.incident_id`,
    [sink, integrationId, since],
  );
  return rows;
}
