import { deliveryIdOf } from '#libs/contracts';
import { type Instant, millisOf } from '#libs/core';
import { type Tx } from '#libs/store';
import { type Change, isExpected, type Signal } from './expectation.js';

type InOrganization = { readonly organizationId: string };

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

/** An incident event as it was stored, with its place on the log. */
export interface StoredSignal extends Signal, InOrganization {
  readonly name: string;
  readonly sequence: number;
  readonly causationId: string | null;
  readonly writtenAt: Instant;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

async function selectSignals(tx: Tx, where: string, parameters: readonly unknown[]): Promise<StoredSignal[]> {
  const { rows } = await tx.query<Omit<StoredSignal, 'at'>>(
    `select event_id as "eventId", organization_id as "organizationId", incident_id as "incidentId", name, sequence,
            causation_id as "causationId", origin, level, tags, written_at as "writtenAt", topic, partition, "offset"
       from incident_event ${where}`,
    parameters,
  );
  return rows.map((signal) => ({ ...signal, at: millisOf(signal.writtenAt) }));
}

/** The events of an incident, in order. */
export function selectIncidentEvents(tx: Tx, organizationId: string, incidentId: string): Promise<StoredSignal[]> {
  return selectSignals(tx, 'where organization_id = $1 and incident_id = $2 order by sequence', [
    organizationId,
    incidentId,
  ]);
}

/** The configuration events of an integration; none where the organisation has no such integration. */
export async function selectHistory(tx: Tx, organizationId: string, integrationId: string): Promise<readonly Change[]> {
  const [history] = await selectHistories(tx, 'where organization_id = $1 and integration_id = $2', [
    organizationId,
    integrationId,
  ]);
  return history?.changes ?? [];
}

/** An event of an integration with its place on the log. */
export interface StoredChange {
  readonly eventId: string;
  readonly name: string;
  readonly writtenAt: Instant;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Those of these events that are events of integrations. */
export async function selectChanges(
  tx: Tx,
  organizationId: string,
  eventIds: readonly string[],
): Promise<readonly StoredChange[]> {
  const { rows } = await tx.query<StoredChange>(
    `select event_id as "eventId", name, written_at as "writtenAt", topic, partition, "offset"
       from integration_change where organization_id = $1 and event_id = any($2) order by written_at, event_id`,
    [organizationId, eventIds],
  );
  return rows;
}

interface History extends InOrganization {
  readonly integrationId: string;
  readonly changes: readonly Change[];
}

async function selectHistories(tx: Tx, where: string, parameters: readonly unknown[]): Promise<History[]> {
  const { rows } = await tx.query<Omit<Change, 'at'> & InOrganization & { written_at: Instant }>(
    `select integration_id as "integrationId", organization_id as "organizationId", sequence, source, filters, deleted,
            written_at
       from integration_change ${where} order by integration_id, sequence`,
    parameters,
  );
  const histories = new Map<string, { integrationId: string; organizationId: string; changes: Change[] }>();
  for (const { organizationId, written_at, ...row } of rows) {
    const change = { ...row, at: millisOf(written_at) };
    const { integrationId } = change;
    const history = histories.get(integrationId) ?? { integrationId, organizationId, changes: [] };
    histories.set(integrationId, history);
    history.changes.push(change);
  }
  return [...histories.values()];
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
            e.incident_id, 'pending', 0, 1, e.written_at, e.sequence
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
