import { type Tx } from '#libs/store';
import { type Touched, type Versioned } from '../alerts/decide-turns.js';
import { type IncidentState } from '../incident/incident.js';
import { type Noted } from '../service-status/history.js';
import { type ServiceStatusState } from '../service-status/service-status.js';

interface Row {
  readonly kind: 'incident' | 'service' | 'pk' | 'eventPk';
  readonly id: string | null;
  readonly version: number;
  readonly state: unknown;
}

/** Incidents and services of these ids (services without their history), and so many new keys, in one query. */
export async function loadTouched(
  tx: Tx,
  incidentIds: readonly string[],
  serviceIds: readonly string[],
  { pks, eventPks }: { readonly pks: number; readonly eventPks: number },
): Promise<Touched> {
  const { rows } = await tx.query<Row>(TOUCHED, [incidentIds, serviceIds, pks, eventPks]);
  const of = (kind: Row['kind']): Row[] => rows.filter((row) => row.kind === kind);
  const incidents = of('incident').map(
    ({ id, version, state }) => [id!, { version, state: state as IncidentState }] as const,
  );
  const services = of('service').map(
    ({ id, version, state }) =>
      [id!, { version, state: { history: [], alerts: state as ServiceStatusState['alerts'] } }] as const,
  );
  const keys = (kind: 'pk' | 'eventPk'): number[] => of(kind).map(({ version }) => version);
  return { incidents: new Map(incidents), services: new Map(services), pks: keys('pk'), eventPks: keys('eventPk') };
}

const TOUCHED = `
  select 'incident' as kind, incident_id as id, version, state from incident where incident_id = any($1::uuid[])
  union all select 'service', id, version, alerts::json from service_status where id = any($2::uuid[])
  union all select 'pk', null, nextval('incident_pk'), null from generate_series(1, $3::integer)
  union all select 'eventPk', null, nextval('incident_event_pk'), null from generate_series(1, $4::integer)`;

/** A service, and a time in its history. */
export interface Asked {
  readonly id: string;
  readonly time: string;
}

/** Of each service, the observations at the times that are asked about, the one before each and the one after. */
export async function loadHistory(tx: Tx, asked: readonly Asked[]): Promise<Map<string, Noted[]>> {
  const histories = new Map<string, Noted[]>();
  if (asked.length === 0) return histories;
  const parameters = [asked.map(({ id }) => id), asked.map(({ time }) => time)];
  const { rows } = await tx.query<Noted & { id: string }>(HISTORY, parameters);
  for (const { id, ...noted } of rows) {
    const history = histories.get(id);
    if (history) history.push(noted);
    else histories.set(id, [noted]);
  }
  return histories;
}

const COLUMNS = 'service_id, time, arrival, fingerprint, status, description, changed';

const HISTORY = `
  select service_id as id, fingerprint, status, time, description, changed
  from (
    select distinct near.*
    from unnest($1::uuid[], $2::timestamptz[]) as asked(id, at)
    cross join lateral (
      (select ${COLUMNS} from service_observation where service_id = id and time < at order by time desc, arrival desc limit 1)
      union all (select ${COLUMNS} from service_observation where service_id = id and time = at)
      union all (select ${COLUMNS} from service_observation where service_id = id and time > at order by time, arrival limit 1)
    ) as near
  ) as neighbourhood
  order by service_id, time, arrival`;

export function withHistory(
  services: ReadonlyMap<string, Versioned<ServiceStatusState>>,
  histories: ReadonlyMap<string, readonly Noted[]>,
): Map<string, Versioned<ServiceStatusState>> {
  return new Map(
    [...services].map(([id, { version, state }]) => [
      id,
      { version, state: { ...state, history: histories.get(id) ?? [] } },
    ]),
  );
}
