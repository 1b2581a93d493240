import { type Filtered, widened } from '#libs/contracts';
import { type Tx } from '#libs/store';
import { type ChangeRow, type PlanRow, type RecordRow, type SignalRow } from './intake.js';

/**
 * Stores changes of integrations; what one does not say anew is taken over from the one before. Answers the
 * integrations that changed, each with the time of its first new change.
 */
export async function insertChanges(tx: Tx, changes: readonly ChangeRow[]): Promise<Map<string, string>> {
  const changed = new Map<string, string>();
  for (const change of changes) {
    const { rows } = await tx.query<{ integration_id: string }>(
      `insert into integration_change (integration_id, sequence, event_id, organization_id, name, written_at, source,
                                       filters, deleted, topic, partition, "offset")
       select $1, $2, $3, $4, $5, $6::timestamptz, coalesce($7, before.source), coalesce($8::jsonb, before.filters), $9,
              $10, $11, $12
         from (values (1)) as one
         left join lateral (select source, filters from integration_change
                             where integration_id = $1 and sequence < $2 order by sequence desc limit 1) as before on true
        where coalesce($7, before.source) is not null
       on conflict do nothing
       returning integration_id`,
      [
        change.integrationId,
        change.sequence,
        change.eventId,
        change.organizationId,
        change.name,
        change.writtenAt,
        change.source,
        change.filters === null ? null : JSON.stringify(change.filters),
        change.deleted,
        change.topic,
        change.partition,
        change.offset,
      ],
    );
    if (rows.length > 0 && !changed.has(change.integrationId)) changed.set(change.integrationId, change.writtenAt);
  }
  return changed;
}

type Seen = Pick<SignalRow, 'origin' | 'level' | 'tags'>;

/** The incident events with what filters look at filled in: what one does not say anew holds on from before it. */
async function complete(tx: Tx, signals: readonly SignalRow[]): Promise<SignalRow[]> {
  const ids = signals.filter(({ origin }) => origin === null).map(({ incidentId }) => incidentId);
  const { rows } = await tx.query<Filtered & { incident_id: string }>(
    `select distinct on (incident_id) incident_id, origin, level, tags from incident_event
      where incident_id = any($1) order by incident_id, sequence desc`,
    [[...new Set(ids)]],
  );
  const seen = new Map<string, Filtered>(rows.map((row) => [row.incident_id, row]));
  return signals.map((signal) => {
    const after = widened(seen.get(signal.incidentId), dropNulls(signal));
    seen.set(signal.incidentId, after);
    return { ...signal, ...after };
  });
}

function dropNulls({ origin, level, tags }: Seen): Partial<Filtered> {
  return Object.fromEntries(Object.entries({ origin, level, tags }).filter(([, value]) => value !== null));
}

/**
 * Stores incident events, each once. Deliveries that were recorded before their event was read learn when it was
 * written. Answers the ids that were new.
 */
export async function insertSignals(tx: Tx, signals: readonly SignalRow[]): Promise<string[]> {
  if (signals.length === 0) return [];
  const { rows } = await tx.query<{ event_id: string }>(INSERT_SIGNALS, [JSON.stringify(await complete(tx, signals))]);
  return rows.map(({ event_id }) => event_id);
}

const INSERT_SIGNALS = `
  with fresh as (
    insert into incident_event (event_id, organization_id, incident_id, sequence, name, written_at, causation_id,
                                correlation_id, origin, level, tags, topic, partition, "offset")
    select "eventId", "organizationId", "incidentId", "sequence", "name", "writtenAt", "causationId", "correlationId",
           "origin", "level", "tags", "topic", "partition", "offset"
      from jsonb_to_recordset($1::jsonb) as g("eventId" text, "organizationId" text, "name" text, "writtenAt" timestamptz,
             "topic" text, "partition" int, "offset" bigint, "incidentId" text, "sequence" int, "causationId" text,
             "correlationId" text, "origin" text, "level" int, "tags" jsonb)
     where "name" <> 'NotificationRaised'
        or not exists (select from incident_event known where known.incident_id = "incidentId")
    on conflict do nothing
    returning event_id, written_at, sequence
  ), learned as (
    update delivery d set written_at = f.written_at, event_sequence = f.sequence from fresh f where d.event_id = f.event_id
  )
  select event_id from fresh`;

/** Stores what delivery processes planned by themselves, as pending; what is there already knows more. */
export async function insertPlans(tx: Tx, plans: readonly PlanRow[]): Promise<void> {
  if (plans.length === 0) return;
  await tx.query(
    `insert into delivery (delivery_id, organization_id, integration_id, event_id, root_event_id, incident_id, state,
                           attempts, count, written_at, event_sequence)
     select "deliveryId", "organizationId", "integrationId", "signalId", "rootEventId", "incidentId", 'pending', 0, 1,
            "writtenAt", sequence
       from jsonb_to_recordset($1::jsonb) as g("organizationId" text, "integrationId" text, "deliveryId" text,
              "signalId" text, "rootEventId" text, "incidentId" text, sequence int, "writtenAt" timestamptz)
     on conflict do nothing`,
    [JSON.stringify(plans)],
  );
}

/** Stores what the delivery processes recorded. A final state is replaced only by one that was reached later. */
export async function insertRecords(tx: Tx, records: readonly RecordRow[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `insert into delivery (delivery_id, organization_id, integration_id, event_id, root_event_id, incident_id, state, reason,
                           attempts, receipt, count, at, record_id, topic, partition, "offset", written_at, event_sequence)
     select distinct on (g."organizationId", g."deliveryId")
            g."deliveryId", g."organizationId", g."integrationId", g."signalId", g."rootEventId", g."incidentId", g."state",
            g."reason", g."attempts", g."receipt", g."count", g."at", g."eventId", g."topic", g."partition", g."offset",
            coalesce(e.written_at, g."at"), e.sequence
       from jsonb_to_recordset($1::jsonb) as g("eventId" text, "organizationId" text, "topic" text, "partition" int,
              "offset" bigint, "deliveryId" text, "integrationId" text, "signalId" text, "rootEventId" text, "incidentId" text,
              "state" text, "reason" text, "attempts" int, "receipt" jsonb, "count" int, "at" timestamptz)
       left join incident_event e on e.event_id = g."signalId" and e.organization_id = g."organizationId"
      order by g."organizationId", g."deliveryId", g."at" desc, g."offset" desc
     on conflict (organization_id, delivery_id) do update
       set root_event_id = excluded.root_event_id, incident_id = excluded.incident_id,
           state = excluded.state, reason = excluded.reason, attempts = excluded.attempts, receipt = excluded.receipt,
           count = excluded.count, at = excluded.at, record_id = excluded.record_id, topic = excluded.topic,
           partition = excluded.partition, "offset" = excluded."offset"
       where delivery.state = 'pending' or delivery.at <= excluded.at`,
    [JSON.stringify(records)],
  );
}
