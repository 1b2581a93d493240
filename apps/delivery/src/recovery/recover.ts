import { deliveryIdOf, type DeliveryRecorded, type PayloadOf } from '#libs/contracts';
import { compareInstants, type Instant, millisOf } from '#libs/core';
import { type Received, type RecoveryContext } from '#libs/runtime';
import { deleteCheckpoints, type Tx } from '#libs/store';
import { type IncidentEvent, incidentEvents } from '../incident/incident-event.js';

/**
 * Takes back what was sent: each delivery on record has its final state, and each lane the message that it shows, so that
 * reading the log again sends nothing twice and later news edits the message that is there. All else the processor takes
 * from the log; what is on no record then was still waiting.
 */
export async function recover({ store, history }: RecoveryContext, sink: string): Promise<void> {
  for (const table of ['delivery', 'lane', 'incident', 'incident_event', 'integration', 'roster']) {
    await store.query(`delete from ${table} where sink = $1`, [sink]);
  }
  await deleteCheckpoints(store, `delivery.${sink}`);
  for await (const batch of history.events(new Set(['DeliveryRecorded']))) {
    const own = batch.filter(({ event }) => event.metadata.source === `delivery.${sink}`);
    await store.transaction((tx) => saveRecords(tx, sink, own));
  }
  await store.query(LANES, [sink]);
  const { rows } = await store.query<{ id: string }>('select distinct integration_id as id from lane where sink = $1', [
    sink,
  ]);
  if (rows.length === 0) return;
  const integrations = rows.map(({ id }) => id);
  const open = new Map<string, boolean>();
  for await (const batch of history.events(new Set(incidentEvents))) {
    await store.transaction((tx) => markShown(tx, sink, batch, integrations, open));
  }
}

/** Settled only now: they are kept as long as any that are. */
async function saveRecords(tx: Tx, sink: string, batch: readonly Received[]): Promise<void> {
  const rows = batch.map(({ event }) => {
    const payload = event.payload as PayloadOf<typeof DeliveryRecorded>;
    return { incidentId: '', ...payload, at: millisOf(payload.at), receipt: payload.receipt ?? null };
  });
  await tx.query(
    `insert into delivery (sink, delivery_id, integration_id, incident_id, event_id, root_event_id, sequence, at, state,
       reason, receipt, attempts, settled_at)
     select $1, "deliveryId", "integrationId", "incidentId", "eventId", "rootEventId", 0, at, state, reason, receipt, attempts,
       now()
     from json_to_recordset($2) as row("deliveryId" text, "integrationId" text, "incidentId" text, "eventId" text,
       "rootEventId" text, at bigint, state text, reason text, receipt json, attempts integer)
     on conflict do nothing`,
    [sink, JSON.stringify(rows)],
  );
}

/** The last message of each lane. Which state it shows is told by the event that it was of; before that is known, none. */
const LANES = `
  insert into lane (sink, integration_id, incident_id, state, class, due_at)
  select distinct on (integration_id, incident_id) sink, integration_id, incident_id,
    json_build_object('tried', '[]'::json, 'notBefore', 0,
      'shown', json_build_object('receipt', receipt, 'sequence', 0, 'open', true, 'at', at)), 0, null
  from delivery
  where sink = $1 and state = 'delivered' and receipt is not null and incident_id <> ''
  order by integration_id, incident_id, at desc
  on conflict do nothing`;

async function markShown(
  tx: Tx,
  sink: string,
  batch: readonly Received[],
  integrations: readonly string[],
  open: Map<string, boolean>,
): Promise<void> {
  const asked = batch.flatMap(({ event }) => {
    const { incidentId, sequence } = (event as IncidentEvent).payload;
    const isOpen = opens(event as IncidentEvent) ?? open.get(incidentId) ?? true;
    open.set(incidentId, isOpen);
    return integrations.map((integrationId) => ({
      deliveryId: deliveryIdOf(integrationId, event.metadata.id),
      sequence,
      open: isOpen,
    }));
  });
  await tx.query(SHOWN, [sink, JSON.stringify(asked)]);
}

const SHOWN = `
  with told as (
    select distinct on (d.integration_id, d.incident_id) d.integration_id, d.incident_id, asked.sequence, asked.open
    from json_to_recordset($2) as asked("deliveryId" text, sequence integer, open boolean)
    join delivery d on d.sink = $1 and d.delivery_id = asked."deliveryId" and d.state = 'delivered'
    order by d.integration_id, d.incident_id, asked.sequence desc
  )
  update lane
     set state = json_build_object('tried', '[]'::json, 'notBefore', 0, 'shown', json_build_object(
           'receipt', state->'shown'->'receipt', 'sequence', told.sequence, 'open', told.open,
           'at', state->'shown'->'at'))
    from told
   where lane.sink = $1 and lane.integration_id = told.integration_id and lane.incident_id = told.incident_id`;

/** Whether the incident is open after the event; undefined where that does not change. */
function opens({ name, payload, metadata: { recordedAt } }: IncidentEvent): boolean | undefined {
  const { stateful = true, endTime } = payload as { stateful?: boolean; endTime?: Instant | null };
  const isAhead = !endTime || compareInstants(endTime, recordedAt) > 0;
  if (name === 'IncidentDeleted') return false;
  if (name === 'IncidentClosed') return isAhead;
  if (name === 'IncidentReopened') return true;
  return name === 'IncidentOpened' ? !stateful || isAhead : undefined;
}
