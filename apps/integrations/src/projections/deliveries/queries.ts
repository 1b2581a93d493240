import { type DeliveryState, deliveryStates } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';

/** One event for one integration, and what became of it. */
export interface Delivery {
  readonly deliveryId: string;
  readonly integrationId: string;
  readonly eventId: string;
  readonly rootEventId: string;
  readonly incidentId: string | null;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly attempts: number;
  readonly receipt: Readonly<Record<string, unknown>> | null;
  readonly count: number;
  /** When its event was written down. */
  readonly writtenAt: Instant;
  /** When it reached its final state; null while it is pending. */
  readonly at: Instant | null;
  /** Where the record of its final state lies on the log. */
  readonly recorded: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
}

const columns = `delivery_id, integration_id, event_id, root_event_id, incident_id, state, reason, attempts, receipt, count,
  written_at, at, topic, partition, "offset"`;

interface Row {
  delivery_id: string;
  integration_id: string;
  event_id: string;
  root_event_id: string;
  incident_id: string | null;
  state: DeliveryState;
  reason: string | null;
  attempts: number;
  receipt: Record<string, unknown> | null;
  count: number;
  written_at: Instant;
  at: Instant | null;
  topic: string | null;
  partition: number | null;
  offset: number | null;
}

function deliveryOf(row: Row): Delivery {
  const { topic, partition, offset } = row;
  return {
    deliveryId: row.delivery_id,
    integrationId: row.integration_id,
    eventId: row.event_id,
    rootEventId: row.root_event_id,
    incidentId: row.incident_id,
    state: row.state,
    reason: row.reason,
    attempts: row.attempts,
    receipt: row.receipt,
    count: row.count,
    writtenAt: row.written_at,
    at: row.at,
    recorded: topic === null || partition === null || offset === null ? null : { topic, partition, offset },
  };
}

export interface DeliveryFilter {
  readonly integration?: string | undefined;
  readonly incident?: string | undefined;
  readonly state?: DeliveryState | undefined;
  /** Only what comes after this one. */
  readonly after?: { readonly writtenAt: Instant; readonly deliveryId: string } | undefined;
  readonly limit: number;
}

/** Deliveries, the newest event first. */
export async function selectDeliveries(tx: Tx, organizationId: string, filter: DeliveryFilter): Promise<Delivery[]> {
  const parameters: unknown[] = [organizationId];
  const conditions = ['organization_id = $1'];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  add((p) => `integration_id = ${p}`, filter.integration);
  add((p) => `incident_id = ${p}`, filter.incident);
  add((p) => `state = ${p}`, filter.state);
  if (filter.after) {
    parameters.push(filter.after.writtenAt, filter.after.deliveryId);
    conditions.push(`(written_at, delivery_id) < ($${parameters.length - 1}::timestamptz, $${parameters.length})`);
  }
  parameters.push(filter.limit);
  const { rows } = await tx.query<Row>(
    `select ${columns} from delivery where ${conditions.join(' and ')}
      order by written_at desc, delivery_id desc limit $${parameters.length}`,
    parameters,
  );
  return rows.map(deliveryOf);
}

export async function selectDelivery(tx: Tx, organizationId: string, id: string): Promise<Delivery | undefined> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from delivery where organization_id = $1 and delivery_id = $2`,
    [organizationId, id],
  );
  return rows[0] && deliveryOf(rows[0]);
}

export interface Reconciliation {
  /** Events times integrations that had to account for them. */
  readonly pairs: number;
  readonly states: Readonly<Record<DeliveryState, number>>;
  /** Pairs without a final state although a later event of the same incident has one: nothing will settle them any more. */
  readonly unaccounted: number;
}

/**
 * What should have been, counted from incident events and integrations, against what the delivery processes recorded.
 * A lane settles its events together or in order, so a gap before one that it settled is a loss; the rest is `pending`.
 * `suppressed` tells nothing: it is recorded out of turn. The minute is for records that are still on their way here.
 */
export async function reconcile(
  tx: Tx,
  organizationId: string,
  from: Instant | undefined,
  to: Instant | undefined,
): Promise<Reconciliation> {
  const { rows } = await tx.query<{ state: DeliveryState; lost: boolean; pairs: number }>(
    `select state, lost, sum(count)::bigint as pairs
       from (select state, count,
                    state = 'pending' and exists (
                      select from delivery later
                       where later.integration_id = d.integration_id and later.incident_id = d.incident_id
                         and later.state not in ('pending', 'suppressed') and later.event_sequence > d.event_sequence
                         and later.at < now() - interval '1 minute') as lost
               from delivery d
              where organization_id = $1 and ($2::timestamptz is null or written_at >= $2::timestamptz)
                and ($3::timestamptz is null or written_at <= $3::timestamptz)) as account
      group by state, lost`,
    [organizationId, from ?? null, to ?? null],
  );
  const count = (fits: (row: (typeof rows)[number]) => boolean): number =>
    rows.filter(fits).reduce((sum, { pairs }) => sum + pairs, 0);
  const states = Object.fromEntries(
    deliveryStates.map((state) => [state, count((row) => row.state === state && !row.lost)]),
  ) as Record<DeliveryState, number>;
  return { pairs: count(() => true), states, unaccounted: count(({ lost }) => lost) };
}

export interface Lag {
  /** Deliveries that wait. */
  readonly pending: number;
  /** When the event of the oldest of them was written down. */
  readonly oldest: Instant | null;
}

/** What waits for integrations, by integration; those with nothing waiting are absent. */
export async function lagOf(
  tx: Tx,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<Map<string, Lag>> {
  const { rows } = await tx.query<{ integration_id: string; pending: number; oldest: Instant }>(
    `select integration_id, count(*) as pending, min(written_at) as oldest
       from delivery where organization_id = $1 and integration_id = any($2) and state = 'pending' group by integration_id`,
    [organizationId, integrationIds],
  );
  return new Map(rows.map((row) => [row.integration_id, { pending: row.pending, oldest: row.oldest }]));
}

/** How many deliveries of an integration are in each state. */
export async function countStates(
  tx: Tx,
  organizationId: string,
  integrationId: string,
): Promise<Record<string, number>> {
  const { rows } = await tx.query<{ state: string; count: number }>(
    `select state, sum(count)::bigint as count from delivery
      where organization_id = $1 and integration_id = $2 group by state`,
    [organizationId, integrationId],
  );
  const counted = new Map(rows.map(({ state, count }) => [state, count]));
  return Object.fromEntries(deliveryStates.map((state) => [state, counted.get(state) ?? 0]));
}
