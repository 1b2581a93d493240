import { type Tx } from '#libs/store';
import { type Verdict } from '../lane/verdicts.js';

/** A delivery that has just got its final state, with what its record needs. */
export interface SettledDelivery {
  readonly deliveryId: string;
  readonly integrationId: string;
  readonly incidentId: string;
  readonly eventId: string;
  readonly rootEventId: string;
  readonly at: number;
}

/** Writes final states; answers the deliveries that were pending until now. */
export async function settle(tx: Tx, sink: string, verdicts: readonly Verdict[]): Promise<readonly SettledDelivery[]> {
  if (verdicts.length === 0) return [];
  const { rows } = await tx.query<SettledDelivery>(SETTLE, [sink, JSON.stringify(verdicts)]);
  return rows;
}

const SETTLE = `
  update delivery d
     set state = row.state, reason = row.reason, receipt = row.receipt, attempts = row.attempts, settled_at = now()
    from json_to_recordset($2) as row("deliveryId" text, state text, reason text, receipt json, attempts integer)
   where d.sink = $1 and d.delivery_id = row."deliveryId" and d.state = 'pending'
  returning d.delivery_id as "deliveryId", d.integration_id as "integrationId", d.incident_id as "incidentId",
            d.event_id as "eventId", d.root_event_id as "rootEventId", d.at`;

/** Forgets what nobody asks for any more: settled deliveries, events of late. Answers how many rows went. */
export async function prune(tx: Tx, sink: string): Promise<number> {
  const deliveries = await tx.query(
    `delete from delivery where ctid = any(array(
       select ctid from delivery where sink = $1 and settled_at < now() - interval '7 days' limit 5000))`,
    [sink],
  );
  const events = await tx.query(
    `delete from incident_event where ctid = any(array(
       select ctid from incident_event where sink = $1 and recorded_at < now() - interval '2 days' limit 5000))`,
    [sink],
  );
  return deliveries.rowCount + events.rowCount;
}
