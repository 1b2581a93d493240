create table cause (
  organization_id text not null,
  event_id text not null,
  name text not null,
  topic text not null,
  partition integer not null,
  offset bigint not null,
  written_at timestamp with time zone not null,
  constraint cause_pkey PRIMARY KEY (organization_id, event_id)
);

create table checkpoint (
  processor text not null,
  topic text not null,
  topic_id text not null,
  partition integer not null,
  next_offset bigint not null,
  updated_at timestamp with time zone default now() not null,
  constraint checkpoint_next_offset_check CHECK ((next_offset >= 0)),
  constraint checkpoint_pkey PRIMARY KEY (processor, topic, topic_id, partition)
);

create table delivery (
  delivery_id text not null,
  organization_id text not null,
  integration_id text not null,
  event_id text not null,
  root_event_id text not null,
  incident_id text,
  state text not null,
  reason text,
  attempts integer not null,
  receipt jsonb,
  count bigint not null,
  at timestamp with time zone,
  record_id text,
  topic text,
  partition integer,
  offset bigint,
  written_at timestamp with time zone not null,
  event_sequence integer,
  constraint delivery_pkey PRIMARY KEY (organization_id, delivery_id)
);

create table incident_event (
  event_id text not null,
  organization_id text not null,
  incident_id text not null,
  sequence integer not null,
  name text not null,
  written_at timestamp with time zone not null,
  causation_id text,
  correlation_id text not null,
  origin text not null,
  level integer not null,
  tags jsonb not null,
  topic text not null,
  partition integer not null,
  offset bigint not null,
  constraint incident_event_pkey PRIMARY KEY (event_id)
);

create table integration (
  integration_id text not null,
  organization_id text not null,
  project_id text not null,
  description text not null,
  sink text not null,
  source text not null,
  data jsonb not null,
  secrets jsonb not null,
  masks jsonb not null,
  filters jsonb not null,
  status text not null,
  sequence integer not null,
  created timestamp with time zone not null,
  updated timestamp with time zone not null,
  constraint integration_pkey PRIMARY KEY (integration_id),
  constraint integration_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'deleted'::text])))
);

create table integration_change (
  integration_id text not null,
  sequence integer not null,
  event_id text not null,
  organization_id text not null,
  name text not null,
  written_at timestamp with time zone not null,
  source text not null,
  filters jsonb not null,
  deleted boolean not null,
  topic text not null,
  partition integer not null,
  offset bigint not null,
  constraint integration_change_pkey PRIMARY KEY (integration_id, sequence)
);

create table integration_health (
  integration_id text not null,
  organization_id text not null,
  document jsonb not null,
  constraint integration_health_pkey PRIMARY KEY (integration_id)
);

create table outbox (
  shard integer not null,
  id bigint generated always as identity not null,
  topic text not null,
  key bytea not null,
  headers json not null,
  value bytea not null,
  constraint outbox_pkey PRIMARY KEY (shard, id)
);

CREATE INDEX delivery_event_id_idx ON delivery USING btree (event_id);

CREATE INDEX delivery_incident_id_integration_id_event_sequence_idx ON delivery USING btree (incident_id, integration_id, event_sequence);

CREATE INDEX delivery_integration_id_written_at_delivery_id_idx ON delivery USING btree (integration_id, written_at DESC, delivery_id DESC);

CREATE INDEX delivery_integration_id_written_at_idx ON delivery USING btree (integration_id, written_at) WHERE (state = 'pending'::text);

CREATE INDEX delivery_organization_id_written_at_delivery_id_idx ON delivery USING btree (organization_id, written_at DESC, delivery_id DESC);

CREATE INDEX incident_event_incident_id_sequence_idx ON incident_event USING btree (incident_id, sequence);

CREATE INDEX incident_event_organization_id_written_at_idx ON incident_event USING btree (organization_id, written_at);

CREATE INDEX integration_change_organization_id_idx ON integration_change USING btree (organization_id);

CREATE INDEX integration_organization_id_project_id_integration_id_idx ON integration USING btree (organization_id, project_id, integration_id);
