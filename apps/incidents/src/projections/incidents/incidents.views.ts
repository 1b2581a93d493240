import { type ViewDefinition } from '../read-model.js';

/** Spans of time in seconds, each twice the one before, up to two years. */
export const SPANS: readonly number[] = Array.from({ length: 24 }, (_, n) => 8 * 2 ** n);

/** Between which two of `SPANS` lies the time from its first event to its last. */
export const LIVED = `width_bucket(extract(epoch from updated_at - opened_at)::float8, '{${SPANS.join(',')}}'::float8[])`;

/**
 * `foreign_id` is the incidentId where that is no UUID. `end_time` is `infinity` without an end and null of a stateless
 * one; `acked_until` is `infinity` for ever and null for never: what is open and acknowledged depends on when it is asked.
 * `tags_added` tells of those tags that did not come with the incident who added them when. `search` holds what events
 * said.
 *
 * Indexes are as few and as narrow as the queries allow: each one costs the projector about a tenth of its speed. An open
 * incident has an end later than its last write, whenever that is asked, so the open ones are a part that needs no clock.
 * Ids of sources are long texts: their hash is indexed.
 *
 * `happened_at` is when the latest thing that was said of it happened. Of those that are over, the index `lived` finds the
 * ones that were there at a moment, by how long they have been written to (`LIVED`); `ahead` holds the few that were known
 * before they began. What is deleted keeps its row, for moments before (`deleted_at`): every query of now leaves it out.
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
      stateful boolean not null,
      start_time timestamptz not null,
      end_time timestamptz,
      level smallint not null,
      description text not null,
      tags text[] not null,
      tags_by integer,
      tags_added json,
      source text not null,
      source_id text not null,
      source_type text not null,
      source_pk integer,
      source_incident_id text not null,
      origin text not null,
      acks json,
      acked_until timestamptz,
      details_url text not null,
      ticket_url text not null,
      metadata json,
      close_reason text,
      predecessor text,
      opened_at timestamptz not null,
      updated_at timestamptz not null,
      happened_at timestamptz not null,
      search text not null,
      deleted_at timestamptz,
      primary key (organization_id, id)
    ) with (fillfactor = 80)`,
    `create index ${table}_pk on ${table} (pk)`,
    `create index ${table}_start on ${table} (organization_id, start_time)`,
    `create index ${table}_open on ${table} (organization_id, start_time, source_pk) where end_time > updated_at`,
    `create index ${table}_named on ${table} (hashtext(source_incident_id), source_pk)`,
    `create index ${table}_lived on ${table} (organization_id, (${LIVED}), opened_at) where end_time <= updated_at`,
    `create index ${table}_ahead on ${table} (organization_id, start_time) where start_time > opened_at`,
    `create index ${table}_deleted on ${table} (organization_id, id) where deleted_at is not null`,
  ],
};

/** Every event of an incident; `document` is its timeline entry as JSON text. `event_pk` is its key in Argus. */
export const timelineView: ViewDefinition = {
  name: 'view_timeline',
  create: (table) => [
    `create table ${table} (
      organization_id uuid not null,
      id uuid not null,
      sequence integer not null,
      time timestamptz not null,
      recorded_at timestamptz not null,
      event_pk bigint,
      document text not null,
      primary key (organization_id, id, sequence)
    )`,
    `create index ${table}_time on ${table} (organization_id, time) where event_pk is not null`,
  ],
};
