import { type Instant } from '#libs/core';
import { type Tx } from '#libs/store';
import { type Moment } from '../../history/moment.js';
import { type MemberChange } from '../../service-status/downtime.js';
import { type StatusRow } from './services.projection.js';

/** What services are narrowed to. */
export interface ServiceFilter {
  readonly platform?: string | undefined;
  readonly service?: string | undefined;
  readonly facet?: string | undefined;
  readonly location?: string | undefined;
}

/** A row of the history, with what else is known of the observation. */
export interface HistoryAnswer extends StatusRow {
  readonly description: string;
  readonly late: boolean;
  readonly fingerprint: string;
  readonly eventId: string;
}

/** The status in force: `time` is since when. */
export interface CurrentAnswer extends StatusRow {
  readonly description: string;
  /** When it was last observed. */
  readonly observedAt: Instant;
}

const NAMES = ['platform', 'service', 'facet', 'location'] as const;
const SERVICE = NAMES.map((name) => `service.${name}`).join(', ');

function narrowed(filter: ServiceFilter, given: (value: unknown) => string): string[] {
  return NAMES.flatMap((name) => (filter[name] === undefined ? [] : [`service.${name} = ${given(filter[name])}`]));
}

/**
 * The status of each service of a partition, now or at a moment (that instant included), in order of their names. What was
 * known at a moment is told by the observations that were written down by then, as if there were no others.
 */
export async function currentStatus(
  tx: Tx,
  organizationId: string,
  partition: string,
  {
    moment,
    after,
    limit,
    ...filter
  }: ServiceFilter & { moment?: Moment | undefined; after?: string | undefined; limit: number },
): Promise<readonly (CurrentAnswer & { id: string })[]> {
  const values: unknown[] = [organizationId, partition];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const known = moment === undefined ? 'true' : `${COUNTS[moment.known]} <= ${given(moment.asOf)}`;
  const order = NAMES.map((name) => `service.${name} collate "C"`).join(', ');
  const conditions = narrowed(filter, given);
  if (after !== undefined) {
    const names = NAMES.map((name) => `${name} collate "C"`).join(', ');
    conditions.push(
      `(${order}) > (select ${names} from view_service where organization_id = $1 and id = ${given(after)})`,
    );
  }
  const { rows } = await tx.query<CurrentAnswer & { id: string }>(
    `select ${SERVICE}, since.status, since.time, true as transition, since.description, last.time as "observedAt", service.id
     from view_service as service
     cross join lateral (
       select time, arrival, status from view_service_history
       where organization_id = $1 and service_id = service.id and ${known}
       order by time desc, arrival desc limit 1
     ) as last
     ${moment?.known === 'at' ? sinceAmong(known) : SINCE} as since
     where ${['service.organization_id = $1', 'service.partition = $2', ...conditions].join(' and ')}
     order by ${order} limit ${given(limit)}`,
    values,
  );
  return rows;
}

/** What an observation is counted by. */
const COUNTS = { at: 'recorded_at', now: 'time' } as const;

/** Since when the status is in force: the last change, in order of time. */
const SINCE = `cross join lateral (
    select time, status, description from view_service_history
    where organization_id = $1 and service_id = service.id and time <= last.time
      and (time, arrival) <= (last.time, last.arrival) and transition
    order by time desc, arrival desc limit 1
  )`;

/** The same among some observations: rows do not tell which of them are changes. The first after the last that differs. */
function sinceAmong(known: string): string {
  return `left join lateral (
      select time, arrival from view_service_history
      where organization_id = $1 and service_id = service.id and ${known} and time <= last.time
        and (time, arrival) < (last.time, last.arrival) and lower(status) <> lower(last.status)
      order by time desc, arrival desc limit 1
    ) as other on true
    cross join lateral (
      select time, status, description from view_service_history
      where organization_id = $1 and service_id = service.id and ${known} and time >= coalesce(other.time, '-infinity')
        and (other.time is null or (time, arrival) > (other.time, other.arrival))
      order by time, arrival limit 1
    )`;
}

/** Whether anything of a partition was written down by `at`. */
export async function isKnownBy(tx: Tx, organizationId: string, partition: string, at: Instant): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from view_service_history where organization_id = $1 and partition = $2 and recorded_at <= $3 limit 1',
    [organizationId, partition, at],
  );
  return rowCount > 0;
}

export interface HistoryPage {
  readonly status?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Time, place and service of the last row before. */
  readonly after?: readonly [Instant, number, string] | undefined;
}

/** The history of the services of a partition in order of time, both bounds included. */
export async function statusHistory(
  tx: Tx,
  organizationId: string,
  partition: string,
  filter: ServiceFilter,
  { status, from, to, order, limit, after }: HistoryPage,
): Promise<readonly (HistoryAnswer & { arrival: number; id: string })[]> {
  const values: unknown[] = [organizationId, partition];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['history.organization_id = $1', 'history.partition = $2', ...narrowed(filter, given)];
  if (status !== undefined) conditions.push(`lower(history.status) = lower(${given(status)})`);
  if (from !== undefined) conditions.push(`history.time >= ${given(from)}`);
  if (to !== undefined) conditions.push(`history.time <= ${given(to)}`);
  if (after) {
    const [time, arrival, id] = [
      `${given(after[0])}::timestamptz`,
      `${given(after[1])}::bigint`,
      `${given(after[2])}::uuid`,
    ];
    const beyond = order === 'desc' ? ['<=', '<'] : ['>=', '>'];
    conditions.push(`history.time ${beyond[0]} ${time}`);
    conditions.push(`(history.time, history.arrival, history.service_id) ${beyond[1]} (${time}, ${arrival}, ${id})`);
  }
  const { rows } = await tx.query<HistoryAnswer & { arrival: number; id: string }>(
    `select ${SERVICE}, history.status, history.time, history.transition, history.description, history.late,
       history.fingerprint, history.event_id as "eventId", history.arrival, history.service_id as id
     from view_service_history as history
     join view_service as service on service.organization_id = history.organization_id and service.id = history.service_id
     where ${conditions.join(' and ')}
     order by history.time ${order}, history.arrival ${order}, history.service_id ${order} limit ${given(limit)}`,
    values,
  );
  return rows;
}

/** The changes of each service within (`from`, `to`], and the one in force at `from`, in order of time. */
export async function statusChanges(
  tx: Tx,
  organizationId: string,
  partition: string,
  filter: ServiceFilter,
  { from, to, limit }: { from?: Instant | undefined; to: Instant; limit: number },
): Promise<readonly MemberChange[]> {
  const values: unknown[] = [organizationId, partition, from ?? '-infinity', to];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['service.organization_id = $1', 'service.partition = $2', ...narrowed(filter, given)];
  const { rows } = await tx.query<MemberChange>(
    `select ${SERVICE}, change.status, change.time
     from view_service as service
     cross join lateral (
       (select time, arrival, status from view_service_history
        where organization_id = $1 and service_id = service.id and transition and time <= $3::timestamptz
        order by time desc, arrival desc limit 1)
       union all
       select time, arrival, status from view_service_history
       where organization_id = $1 and service_id = service.id and transition and time > $3::timestamptz and time <= $4::timestamptz
     ) as change
     where ${conditions.join(' and ')}
     order by change.time, change.arrival, service.id limit ${given(limit)}`,
    values,
  );
  return rows;
}
