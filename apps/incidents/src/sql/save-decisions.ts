import { type Tx } from '#libs/store';
import { type Decided, type Touched } from '../alerts/decide-turns.js';
import { type AlertName } from '../alerts/turn.js';
import { type OccurrenceState } from '../occurrence/occurrence.js';
import { type Noted, sameObservation } from '../service-status/history.js';

/**
 * Somebody else wrote one of the states since it was read: a producer with another partitioner puts one alert into two
 * partitions of the log. SQLSTATE 40001 (serialization failure): the batch is rolled back and decided again.
 */
export class StateConflict extends Error {
  override readonly name = 'StateConflict';
  readonly code = '40001';
}

/** An alert whose occurrences changed; `version` is the one that was read. */
export interface ChangedOccurrence extends AlertName {
  readonly id: string;
  readonly logPartition: number;
  readonly version: number;
  readonly state: OccurrenceState;
}

/** Writes all that was decided, in one statement. @throws StateConflict */
export async function saveDecisions(
  tx: Tx,
  occurrences: readonly ChangedOccurrence[],
  decided: Pick<Decided, 'incidents' | 'services'>,
  touched: Pick<Touched, 'incidents' | 'services'>,
): Promise<void> {
  const services = serviceRows(decided, touched);
  const observations = observationRows(decided, touched);
  const parameters = [occurrenceRows(occurrences), incidentRows(decided, touched), services, observations];
  if (parameters.every((rows) => rows.length === 0)) return;
  const { rows } = await tx.query<{ occurrences: number; incidents: number; services: number }>(
    SAVE,
    parameters.map((rows) => JSON.stringify(rows)),
  );
  const written = rows[0]!;
  const complete =
    written.occurrences === occurrences.length &&
    written.incidents === decided.incidents.size &&
    written.services === services.length;
  if (!complete) throw new StateConflict('a state was written by another process meanwhile');
}

/** Ascending ids: two writers take their rows in one order, so neither waits for the other. */
function byId<Row extends { id: string }>(rows: Row[]): Row[] {
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function occurrenceRows(occurrences: readonly ChangedOccurrence[]) {
  return byId(
    occurrences.map((one) => ({
      id: one.id,
      organization_id: one.organizationId,
      partition: one.partition,
      fingerprint: one.fingerprint,
      log_partition: one.logPartition,
      expires_at: one.state.open?.expiresAt ?? null,
      version: one.version + 1,
      state: one.state,
    })),
  );
}

function incidentRows({ incidents }: Pick<Decided, 'incidents'>, touched: Pick<Touched, 'incidents'>) {
  const rows = [...incidents].map(([id, { organizationId, state }]) => ({
    id,
    organization_id: organizationId,
    pk: state?.pk,
    version: (touched.incidents.get(id)?.version ?? 0) + 1,
    state,
  }));
  return byId(rows);
}

function serviceRows({ services }: Pick<Decided, 'services'>, touched: Pick<Touched, 'services'>) {
  const rows = [...services.values()].map(({ key, state }) => ({
    id: key.id,
    organization_id: key.organizationId,
    key: key.key,
    version: (touched.services.get(key.id)?.version ?? 0) + 1,
    alerts: state.alerts,
  }));
  return byId(rows);
}

/** Observations that are new or have become changes. */
function observationRows({ services }: Pick<Decided, 'services'>, touched: Pick<Touched, 'services'>) {
  return [...services.values()].flatMap(({ key, state }) => {
    const before = touched.services.get(key.id)?.state.history ?? [];
    return state.history.flatMap((noted) => {
      const known = before.find((one) => sameObservation(one, noted));
      return known?.changed === noted.changed ? [] : [observationRow(key.id, noted, known !== undefined)];
    });
  });
}

function observationRow(id: string, { time, fingerprint, status, description, changed }: Noted, known: boolean) {
  return { service_id: id, time, fingerprint, status, description, changed, known };
}

const SAVE = `
  with saved_occurrences as (
    insert into alert_occurrence
    select * from jsonb_to_recordset($1) as row (id uuid, organization_id text, partition text, fingerprint text,
      log_partition integer, expires_at timestamptz, version bigint, state jsonb)
    on conflict (id) do update
      set log_partition = excluded.log_partition, expires_at = excluded.expires_at, version = excluded.version, state = excluded.state
      where alert_occurrence.version = excluded.version - 1
    returning 1
  ), saved_incidents as (
    insert into incident (incident_id, organization_id, pk, version, state)
    select * from json_to_recordset($2) as row (id uuid, organization_id text, pk bigint, version bigint, state json)
    on conflict (incident_id) do update set version = excluded.version, state = excluded.state
      where incident.version = excluded.version - 1
    returning 1
  ), saved_services as (
    insert into service_status
    select * from jsonb_to_recordset($3) as row (id uuid, organization_id text, key text, version bigint, alerts jsonb)
    on conflict (id) do update set version = excluded.version, alerts = excluded.alerts
      where service_status.version = excluded.version - 1
    returning 1
  ), noted as (
    insert into service_observation (service_id, time, fingerprint, status, description, changed)
    select service_id, time, fingerprint, status, description, changed
    from rows from (jsonb_to_recordset($4) as (service_id uuid, time timestamptz, fingerprint text, status text,
      description text, changed boolean, known boolean)) with ordinality as row
    where not known order by ordinality
  ), promoted as (
    update service_observation as stored set changed = row.changed
    from jsonb_to_recordset($4) as row (service_id uuid, time timestamptz, fingerprint text, status text, changed boolean, known boolean)
    where known and stored.service_id = row.service_id and stored.time = row.time
      and stored.fingerprint = row.fingerprint and lower(stored.status) = lower(row.status)
  )
  select (select count(*) from saved_occurrences) as occurrences, (select count(*) from saved_incidents) as incidents,
    (select count(*) from saved_services) as services`;
