import { type Tx } from '#libs/store';
import { type EventReference } from '../incident/incident-event.js';
import { type IncidentDocument } from '../incident/incident.js';
import { type Lane } from '../lane/lane.js';
import { type LaneSchedule } from '../lane/schedule.js';
import { type LaneKey } from './lanes.js';

/** One event for one integration, as it is first written down. */
export interface NewDelivery extends LaneKey {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly rootEventId: string;
  readonly sequence: number;
  /** When the event was recorded, milliseconds. */
  readonly at: number;
  readonly state: 'pending' | 'suppressed';
  readonly reason?: string;
}

/** A lane with something new: its state where it is new itself, and when it is to be looked at. */
export interface TouchedLane extends LaneKey, LaneSchedule {
  readonly state: Lane;
}

/** An event of late; `document` is the incident right after it, for a sink that sends each event. */
export interface NewEvent extends EventReference {
  readonly incidentId: string;
  readonly organizationId: string;
  readonly document: IncidentDocument | null;
}

export interface Batch {
  readonly incidents: readonly IncidentDocument[];
  readonly events: readonly NewEvent[];
  readonly deliveries: readonly NewDelivery[];
  readonly lanes: readonly TouchedLane[];
}

/** Writes a batch in one statement; answers the ids of the deliveries that were not there before. */
export async function saveBatch(tx: Tx, sink: string, batch: Batch): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ deliveryId: string }>(SAVE, [
    sink,
    JSON.stringify(batch.incidents.map(incidentRow)),
    JSON.stringify(batch.events),
    JSON.stringify(batch.deliveries),
    JSON.stringify(batch.lanes),
  ]);
  return new Set(rows.map(({ deliveryId }) => deliveryId));
}

function incidentRow(document: IncidentDocument): object {
  const { incidentId, organizationId, sequence, status, openedAt } = document;
  return { incidentId, organizationId, sequence, open: status === 'open', openedAt, document };
}

const SAVE = `
  with incidents as (
    insert into incident (sink, incident_id, organization_id, sequence, open, opened_at, document)
    select $1, "incidentId", "organizationId", sequence, open, "openedAt", document
      from json_to_recordset($2) as row("incidentId" text, "organizationId" text, sequence integer, open boolean,
                                        "openedAt" timestamptz, document json)
    on conflict (sink, incident_id) do update
       set sequence = excluded.sequence, open = excluded.open, opened_at = excluded.opened_at, document = excluded.document
  ), events as (
    insert into incident_event (sink, incident_id, sequence, organization_id, event_id, name, root_event_id, recorded_at,
                                document)
    select $1, "incidentId", sequence, "organizationId", "eventId", name, "rootEventId", "recordedAt", document
      from json_to_recordset($3) as row("incidentId" text, sequence integer, "organizationId" text, "eventId" text,
                                        name text, "rootEventId" text, "recordedAt" timestamptz, document json)
    on conflict do nothing
  ), lanes as (
    insert into lane (sink, integration_id, incident_id, state, class, due_at)
    select $1, "integrationId", "incidentId", state, class, due
      from json_to_recordset($5) as row("integrationId" text, "incidentId" text, state json, class smallint, due bigint)
    on conflict (sink, integration_id, incident_id) do update set class = excluded.class, due_at = excluded.due_at
  )
  insert into delivery (sink, delivery_id, integration_id, incident_id, event_id, root_event_id, sequence, at, state,
                        reason, settled_at)
  select $1, "deliveryId", "integrationId", "incidentId", "eventId", "rootEventId", sequence, at, state, reason,
         case when state = 'pending' then null else now() end
    from json_to_recordset($4) as row("deliveryId" text, "integrationId" text, "incidentId" text, "eventId" text,
                                      "rootEventId" text, sequence integer, at bigint, state text, reason text)
  on conflict do nothing
  returning delivery_id as "deliveryId"`;
