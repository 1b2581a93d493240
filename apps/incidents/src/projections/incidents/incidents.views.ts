import { type ViewDefinition } from '../read-model.js';

/**
 * A column a field of the answer; `foreign_id` is the incidentId where that is no UUID. Indexes are as few and as narrow
 * as the queries allow: each one costs the projector about a tenth of its speed. Ties in `start_time` are sorted.
 */
export const incidentView: ViewDefinition = {
  name: 'view_incident',
  create: (table) => [
    `create table ${table} (
      organization_id uuid not null,
      id uuid not null,
      foreign_id text,
      pk bigint not null,
      sequence integer not null,
      status text not null,
      start_time timestamptz not null,
      end_time timestamptz,
      level smallint not null,
      description text not null,
      tags text[] not null,
      source text not null,
      source_id text not null,
      source_type text not null,
      source_incident_id text not null,
      origin text not null,
      acked boolean not null,
      details_url text not null,
      ticket_url text not null,
      close_reason text,
      predecessor text,
      updated_at timestamptz not null,
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
