import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';

type Parameter = readonly [name: string, schema: object, description?: string];

const TEXT = { type: 'string' } as const;
const BOOLEAN = { type: 'boolean' } as const;
const INTEGER = { type: 'integer' } as const;
const TIME = { type: 'string', format: 'date-time' } as const;

const PAGE: readonly Parameter[] = [
  ['cursor', TEXT, 'Where `next` or `previous` of another page leads.'],
  ['page_size', INTEGER, 'Rows a page; 100, and 10,000 at most.'],
  ['format', { type: 'string', enum: ['json'] }],
];

const MOMENT: readonly Parameter[] = [
  ['asOf', TIME, 'As it was then.'],
  ['known', { type: 'string', enum: ['at', 'now'] }, 'With asOf: what was known then, or what is known of then now.'],
];

const COMMON: readonly Parameter[] = [
  ['open', BOOLEAN, 'Stateless incidents are neither open nor closed.'],
  ['acked', BOOLEAN, 'Has an acknowledgement that has not expired.'],
  ['stateful', BOOLEAN],
  ['ticket', BOOLEAN, 'Has a ticket.'],
  ['hide_closed_acked', BOOLEAN, 'Without those that are closed and acknowledged.'],
  ['tags', TEXT, '`key=value` by comma: any value of one key, every key.'],
  ['duration__gte', { type: 'number' }, 'Minutes.'],
  ['token_expiry', BOOLEAN, 'Only those about tokens that expire, whatever the value.'],
  ['filter_pk', INTEGER, 'A stored filter.'],
  ['notificationprofile_pk', INTEGER, 'A stored profile.'],
  ['source_incident_id', TEXT],
  ['start_time__gte', TIME],
  ['start_time__lte', TIME],
  ['end_time__gte', TIME, 'Matches open ones.'],
  ['end_time__lte', TIME],
  ['end_time__isnull', BOOLEAN, 'True: stateless ones.'],
  ['count', TEXT, 'Answers `{count, params}` instead of a page.'],
];

const FOR_ALL: readonly Parameter[] = [
  ['id__in', TEXT, 'Keys, by comma.'],
  ['source__id__in', TEXT, 'Keys, by comma.'],
  ['source__name__in', TEXT, 'Names, by comma.'],
  ['source__type__in', TEXT, 'Names of types, by comma.'],
  ['level__lte', INTEGER, 'This level or worse.'],
  ['search', TEXT, 'Words, all of them in its description or those of its events.'],
];

/** The parameters of a page, in the OpenAPI document. */
export const PageParameters = documented(PAGE);
export const MomentParameters = documented(MOMENT);
export const MineFilters = documented([...COMMON, ...MOMENT, ...PAGE]);
export const IncidentFilters = documented([...COMMON, ...FOR_ALL, ...MOMENT, ...PAGE]);

function documented(parameters: readonly Parameter[]): () => MethodDecorator {
  const queries = parameters.map(([name, schema, description]) =>
    ApiQuery({ name, required: false, schema, ...(description ? { description } : {}) }),
  );
  return () => applyDecorators(...queries);
}
