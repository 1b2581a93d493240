import { type Instant } from '#libs/core';

/** What a list of incidents is narrowed to; all of it has to hold. What is absent narrows nothing; an empty list of values matches nothing. */
export interface IncidentFilter {
  /** When it is asked: what is open or acknowledged depends on it. */
  readonly now: Instant;
  readonly status?: readonly string[] | undefined;
  readonly origin?: readonly string[] | undefined;
  readonly level?: number | undefined;
  /** This level or worse (a lower number): Argus' `level__lte`. */
  readonly minLevel?: number | undefined;
  /** `key=value`, every one of them. */
  readonly tags?: readonly string[] | undefined;
  /** `key=value`, of each key that is named at least one: Argus' `tags`. */
  readonly anyTags?: readonly string[] | undefined;
  /** Name or id of the token or source. */
  readonly source?: string | undefined;
  /** First and last start time. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** Both without stateless ones. */
  readonly open?: boolean | undefined;
  readonly acked?: boolean | undefined;
  readonly stateful?: boolean | undefined;
  readonly ticket?: boolean | undefined;
  /** True: without those that are closed and acknowledged. */
  readonly hideClosedAcked?: boolean | undefined;
  /** Minutes that it has lasted, at least; from 1 on without stateless ones, 0 narrows nothing. */
  readonly minDuration?: number | undefined;
  /** True: only those that tell of tokens about to expire. */
  readonly tokenExpiry?: boolean | undefined;
  readonly pks?: readonly number[] | undefined;
  readonly sourcePks?: readonly number[] | undefined;
  readonly sourceNames?: readonly string[] | undefined;
  readonly sourceTypes?: readonly string[] | undefined;
  readonly sourceIncidentId?: string | undefined;
  /** First and last end; open ones end later than any. */
  readonly endFrom?: Instant | undefined;
  readonly endTo?: Instant | undefined;
  /** Argus' `end_time__isnull`: true for stateless ones. */
  readonly endIsNull?: boolean | undefined;
  /** True: deleted ones too, which nobody but a question about the past wants. */
  readonly withDeleted?: boolean | undefined;
  /** Words, all of which its description or its events contain, in any case. */
  readonly search?: string | undefined;
}

type Given = (value: unknown) => string;

/** The conditions of SQL for a filter; `given` makes a parameter of a value. */
export function conditionsOf(filter: IncidentFilter, given: Given): string[] {
  let at: string | undefined;
  const now = (): string => (at ??= `${given(filter.now)}::timestamptz`);
  return [
    ...(filter.withDeleted ? [] : ['deleted_at is null']),
    ...plainConditions(filter, given),
    ...momentConditions(filter, now, given),
    ...sourceConditions(filter, given),
    ...tagConditions(filter, given),
    ...searchConditions(filter, given),
  ];
}

function plainConditions(filter: IncidentFilter, given: Given): string[] {
  const { origin, level, minLevel, from, to, stateful, ticket, pks, endFrom, endTo, endIsNull } = filter;
  return [
    origin && `origin = any(${given(origin)})`,
    level !== undefined && `level = ${given(level)}`,
    minLevel !== undefined && `level <= ${given(minLevel)}`,
    from !== undefined && `start_time >= ${given(from)}`,
    to !== undefined && `start_time <= ${given(to)}`,
    stateful !== undefined && (stateful ? 'stateful' : 'not stateful'),
    ticket !== undefined && (ticket ? `ticket_url <> ''` : `ticket_url = ''`),
    pks && `pk = any(${given(pks)}::bigint[])`,
    endFrom !== undefined && `end_time >= ${given(endFrom)}`,
    endTo !== undefined && `end_time <= ${given(endTo)}`,
    endIsNull !== undefined && (endIsNull ? 'end_time is null' : 'end_time is not null'),
  ].filter((condition) => typeof condition === 'string');
}

/** An open incident ends after its last write also: so the planner sees that the index of those will do. */
function isOpen(now: string): string {
  return `(end_time > updated_at and end_time > ${now})`;
}

function momentConditions(filter: IncidentFilter, now: () => string, given: Given): string[] {
  const { status, open, acked, hideClosedAcked, minDuration } = filter;
  const isClosed = (): string => `end_time <= ${now()}`;
  const of = { open: () => isOpen(now()), closed: isClosed, stateless: () => 'not stateful' };
  const wanted = status?.map((one) => (Object.hasOwn(of, one) ? of[one as keyof typeof of]() : 'false'));
  return [
    wanted && (wanted.length === 0 ? 'false' : wanted.length === 1 ? wanted[0]! : `(${wanted.join(' or ')})`),
    open !== undefined && (open ? isOpen(now()) : isClosed()),
    acked !== undefined && (acked ? `acked_until > ${now()}` : `(acked_until > ${now()}) is not true`),
    hideClosedAcked && `(end_time <= ${now()} and acked_until > ${now()}) is not true`,
    minDuration !== undefined &&
      minDuration !== 0 &&
      `least(end_time, ${now()}) - start_time >= make_interval(mins => ${given(minDuration)}::integer) and stateful`,
  ].filter((condition) => typeof condition === 'string');
}

function sourceConditions(filter: IncidentFilter, given: Given): string[] {
  const { source, sourcePks, sourceNames, sourceTypes, sourceIncidentId } = filter;
  const named = source === undefined ? undefined : given(source);
  const id = sourceIncidentId === undefined ? undefined : `${given(sourceIncidentId)}::text`;
  return [
    named && `(source = ${named} or source_id = ${named})`,
    sourcePks &&
      (sourcePks.length === 1
        ? `source_pk = ${given(sourcePks[0])}`
        : `source_pk = any(${given(sourcePks)}::integer[])`),
    sourceNames && `source = any(${given(sourceNames)})`,
    sourceTypes && `source_type = any(${given(sourceTypes)})`,
    id && `hashtext(source_incident_id) = hashtext(${id}) and source_incident_id = ${id}`,
  ].filter((condition) => typeof condition === 'string');
}

function tagConditions({ tags, anyTags, tokenExpiry }: IncidentFilter, given: Given): string[] {
  const byKey = new Map<string, string[]>();
  for (const tag of anyTags ?? []) {
    const key = tag.slice(0, tag.indexOf('='));
    byKey.set(key, [...(byKey.get(key) ?? []), tag]);
  }
  return [
    ...(tags ? [`tags @> ${given(tags)}::text[]`] : []),
    ...[...byKey.values()].map((values) => `tags && ${given(values)}::text[]`),
    ...(tokenExpiry ? [`tags @> '{problem_type=token_expiry}'`] : []),
  ];
}

function searchConditions({ search }: IncidentFilter, given: Given): string[] {
  const words = search?.split(/\s+/u).filter((word) => word !== '') ?? [];
  return words.map(
    (word) => `(description || E'\\n' || search) ilike ${given(`%${word.replace(/[\\%_]/g, '\\$&')}%`)}`,
  );
}
