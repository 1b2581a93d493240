import { type Tx } from '#libs/store';
import { prepared } from '#libs/store';
import { type Loaded, type LoadedIncident } from '../commands/decide-tasks.js';
import { type IncidentState } from '../incident/incident.js';

/** Keys that nobody has, and the transaction's own number, by which its fate can be asked when COMMIT went unanswered. */
export interface DrawnKeys {
  readonly xid: string;
  readonly pks: readonly number[];
  readonly eventPks: readonly number[];
}

export async function drawKeys(tx: Tx, pks: number, eventPks: number): Promise<DrawnKeys> {
  return (await tx.query<DrawnKeys>(DRAW, [pks, eventPks])).rows[0]!;
}

const DRAW = prepared(`
  select pg_current_xact_id()::text as xid, to_json(array(select nextval('incident_pk') from generate_series(1, $1::integer))) as pks,
    to_json(array(select nextval('incident_event_pk') from generate_series(1, $2::integer))) as "eventPks"`);

/** `in progress` until the server has ended it; null of one that it does not remember. */
export async function fateOf(tx: Tx, xid: string): Promise<'committed' | 'aborted' | 'in progress' | null> {
  const { rows } = await tx.query<{ fate: 'committed' | 'aborted' | 'in progress' | null }>(
    'select pg_xact_status($1::xid8) as fate',
    [xid],
  );
  return rows[0]!.fate;
}

interface Row {
  readonly kind: 'incident' | 'taken';
  readonly incidentId: string;
  readonly organizationId: string;
  readonly pk: number;
  readonly version: number;
  readonly sourceKey: string | null;
  readonly state: IncidentState;
}

/** Incidents by pk, locked until the transaction ends, in order of id; and which of the sources' keys are taken. */
export async function loadIncidents(tx: Tx, pks: readonly number[], sourceKeys: readonly string[]): Promise<Loaded> {
  if (pks.length === 0 && sourceKeys.length === 0) return { incidents: new Map(), sourceKeys: new Map() };
  const { rows } = await tx.query<Row>(LOAD, [pks, sourceKeys]);
  const incidents = rows.filter(({ kind }) => kind === 'incident');
  const taken = rows.filter(({ kind }) => kind === 'taken');
  return {
    incidents: new Map(incidents.map(({ kind: _kind, pk, ...row }): [number, LoadedIncident] => [pk, row])),
    sourceKeys: new Map(taken.map(({ sourceKey, incidentId }) => [sourceKey!, incidentId])),
  };
}

const LOAD = prepared(`
  with known as materialized (
    select incident_id, organization_id, pk, version, source_key, state from incident where pk = any($1::bigint[])
    order by incident_id for update
  )
  select 'incident' as kind, incident_id as "incidentId", organization_id as "organizationId", pk, version,
    source_key as "sourceKey", state from known
  union all
  select 'taken', incident_id, organization_id, pk, version, source_key, null from incident
  where source_key = any($2::uuid[])`);
