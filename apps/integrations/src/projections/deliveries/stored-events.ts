import { type Instant, millisOf } from '#libs/core';
import { type Tx } from '#libs/store';
import { type Change, type Signal } from './expectation.js';

export interface InOrganization {
  readonly organizationId: string;
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

export async function selectSignals(tx: Tx, where: string, parameters: readonly unknown[]): Promise<StoredSignal[]> {
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

/** What an integration wanted, from its creation on. */
export interface History extends InOrganization {
  readonly integrationId: string;
  readonly changes: readonly Change[];
}

export async function selectHistories(tx: Tx, where: string, parameters: readonly unknown[]): Promise<History[]> {
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
