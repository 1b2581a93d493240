import { type ViewDefinition } from '../read-model.js';

/** One row a service: (partition, platform, service, facet, location) of an organisation. */
export const serviceView: ViewDefinition = {
  name: 'view_service',
  create: (table) => [
    `create table ${table} (
      organization_id uuid not null,
      id uuid not null,
      key text not null,
      partition text not null,
      platform text not null,
      service text not null,
      facet text not null,
      location text not null,
      primary key (organization_id, id)
    )`,
    `create index ${table}_partition on ${table} (organization_id, partition)`,
  ],
};

/** One row an observation. Equal times are in the order of the log (`arrival`). */
export const historyView: ViewDefinition = {
  name: 'view_service_history',
  create: (table) => [
    `create table ${table} (
      organization_id uuid not null,
      service_id uuid not null,
      partition text not null,
      time timestamptz not null,
      arrival bigint not null,
      fingerprint text not null,
      status text not null,
      description text not null,
      transition boolean not null,
      late boolean not null,
      event_id text not null,
      recorded_at timestamptz not null,
      primary key (organization_id, service_id, time, arrival)
    )`,
    `create index ${table}_time on ${table} (organization_id, partition, time)`,
  ],
};
