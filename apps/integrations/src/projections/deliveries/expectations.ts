import { deliveryIdOf } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { isExpected, type Signal } from './expectation.js';
import {
  type History,
  type InOrganization,
  selectHistories,
  selectSignals,
  type StoredSignal,
} from './stored-events.js';

const PAGE = 2000;

/**
 * Lets the batches of one organisation see each other: a batch of incident events waits for those that change
 * integrations or record deliveries, and they for it; two batches of incident events do not wait.
 */
export async function lockExpectations(
  tx: Tx,
  signals: readonly InOrganization[],
  others: readonly InOrganization[],
): Promise<void> {
  const alone = new Set(others.map(({ organizationId }) => organizationId));
  const all = new Set([...alone, ...signals.map(({ organizationId }) => organizationId)]);
  for (const organizationId of [...all].sort()) {
    const lock = alone.has(organizationId) ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
    await tx.query(`select ${lock}(hashtextextended($1, 0))`, [`integrations.expectations/${organizationId}`]);
  }
}

/** Adds a pending delivery for each of these incident events and each integration that has to account for it. */
export async function expectOfAll(tx: Tx, eventIds: readonly string[]): Promise<void> {
  if (eventIds.length === 0) return;
  const signals = await selectSignals(tx, 'where event_id = any($1)', [eventIds]);
  const organizations = [...new Set(signals.map(({ organizationId }) => organizationId))];
  const histories = await selectHistories(tx, 'where organization_id = any($1)', [organizations]);
  await insertPending(
    tx,
    signals.flatMap((signal) =>
      histories
        .filter(
          ({ organizationId, changes }) => organizationId === signal.organizationId && isExpected(changes, signal),
        )
        .map(({ integrationId }) => ({ integrationId, signal })),
    ),
  );
}

/** Judges the incident events since `since` again by the whole history of the integration. */
export async function reviewIntegration(tx: Tx, integrationId: string, since: Instant): Promise<void> {
  const [history] = await selectHistories(tx, 'where integration_id = $1', [integrationId]);
  if (!history) return;
  let after = '';
  for (;;) {
    const page = await selectSignals(
      tx,
      `where organization_id = $1 and event_id > $2 and written_at >= $3::timestamptz order by event_id limit ${PAGE}`,
      [history.organizationId, after, since],
    );
    const expected = page.filter((signal) => isExpected(history.changes, signal));
    const others = page.filter((signal) => !isExpected(history.changes, signal));
    await insertPending(
      tx,
      expected.map((signal) => ({ integrationId, signal })),
    );
    await deletePending(tx, history, others);
    if (page.length < PAGE) return;
    after = page.at(-1)!.eventId;
  }
}

interface Pair {
  readonly integrationId: string;
  readonly signal: StoredSignal;
}

async function insertPending(tx: Tx, pairs: readonly Pair[]): Promise<void> {
  if (pairs.length === 0) return;
  const ids = pairs.map(({ integrationId, signal }) => deliveryIdOf(integrationId, signal.eventId));
  await tx.query(
    `insert into delivery (delivery_id, organization_id, integration_id, event_id, root_event_id, incident_id, state,
                           attempts, count, written_at, event_sequence)
     select p.delivery_id, e.organization_id, p.integration_id, e.event_id, e.correlation_id,
            case when e.name <> 'NotificationRaised' then e.incident_id end, 'pending', 0, 1, e.written_at, e.sequence
       from unnest($1::text[], $2::text[], $3::text[]) as p(delivery_id, integration_id, event_id)
       join incident_event e using (event_id)
     on conflict do nothing`,
    [ids, pairs.map(({ integrationId }) => integrationId), pairs.map(({ signal }) => signal.eventId)],
  );
}

async function deletePending(
  tx: Tx,
  { organizationId, integrationId }: History,
  signals: readonly Signal[],
): Promise<void> {
  if (signals.length === 0) return;
  await tx.query(
    `delete from delivery
      where organization_id = $1 and integration_id = $2 and state = 'pending' and event_id = any($3)`,
    [organizationId, integrationId, signals.map(({ eventId }) => eventId)],
  );
}
