import { type ViewDefinition } from '../read-model.js';

/**
 * `document` is the answer of the API as JSON text; the other columns are there to be found by. Indexes are as few and as
 * narrow as the queries allow: each one costs the projector about a tenth of its speed. Ties in `start_time` are sorted.
 */
export const incidentView: ViewDefinition = {
  name: 'view_incident',
  create: (table) => [
    `create table ${table} (
      organization_id uuid not null,
      id uuid not null,
      pk bigint not null,
      sequence integer not null,
      status text not null,
      start_time timestamptz not null,
      end_time timestamptz,
      level smallint not null,
      origin text not null,
      source_id text not null,
      source text not null,
      tags text[] not null,
      document text not null,
      primary key (organization_id, id)
    ) with (fillfactor = 80)`,
    `create index ${table}_pk on ${table} (pk)`,
    `create index ${table}_start on ${table} (organization_id, start_time)`,
    `create index ${table}_open on ${table} (organization_id, start_time) where status = 'open'`,
  ],
};

/** Every event of an incident; `document` is its timeline entry as JSON text. */
export const timelineView: ViewDefinition = {
  name: 'view_timeline',
  create: (table) => [
    `create table ${table} (
      organization_id uuid not null,
      id uuid not null,
      sequence integer not null,
      time timestamptz not null,
      recorded_at timestamptz not null,
      document text not null,
      primary key (organization_id, id, sequence)
    )`,
  ],
};
