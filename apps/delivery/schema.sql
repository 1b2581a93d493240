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
  sink text not null,
  delivery_id text not null,
  integration_id text not null,
  incident_id text not null,
  event_id text not null,
  root_event_id text not null,
  sequence integer not null,
  at bigint not null,
  state text not null,
  reason text,
  receipt json,
  attempts integer default 0 not null,
  settled_at timestamp with time zone,
  constraint delivery_pkey PRIMARY KEY (sink, delivery_id)
);

create table incident (
  sink text not null,
  incident_id text not null,
  organization_id text not null,
  sequence integer not null,
  open boolean not null,
  opened_at timestamp with time zone not null,
  document json not null,
  constraint incident_pkey PRIMARY KEY (sink, incident_id)
);

create table incident_event (
  sink text not null,
  incident_id text not null,
  sequence integer not null,
  organization_id text not null,
  event_id text not null,
  name text not null,
  root_event_id text not null,
  document json,
  recorded_at timestamp with time zone not null,
  constraint incident_event_pkey PRIMARY KEY (sink, incident_id, sequence)
);

create table integration (
  sink text not null,
  integration_id text not null,
  organization_id text not null,
  sequence integer not null,
  status text not null,
  document json not null,
  deleted_at timestamp with time zone,
  parked_code text,
  parked_remedy text,
  parked_at timestamp with time zone,
  probe_at timestamp with time zone,
  constraint integration_pkey PRIMARY KEY (sink, organization_id, integration_id),
  constraint integration_sink_integration_id_key UNIQUE (sink, integration_id),
  constraint integration_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'deleted'::text])))
);

create table lane (
  sink text not null,
  integration_id text not null,
  incident_id text not null,
  state json not null,
  class smallint not null,
  due_at bigint,
  lease_until timestamp with time zone,
  fence bigint default 0 not null,
  constraint lane_pkey PRIMARY KEY (sink, integration_id, incident_id)
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

create table roster (
  sink text not null,
  version bigint not null,
  constraint roster_pkey PRIMARY KEY (sink)
);

CREATE INDEX delivery_settled ON delivery USING btree (sink, settled_at) WHERE (settled_at IS NOT NULL);

CREATE INDEX delivery_waiting ON delivery USING btree (sink, integration_id, incident_id, sequence) WHERE (state = 'pending'::text);

CREATE INDEX incident_event_recorded ON incident_event USING btree (sink, recorded_at);

CREATE INDEX incident_open ON incident USING btree (sink, organization_id, opened_at) WHERE open;

CREATE INDEX lane_due ON lane USING btree (sink, integration_id, class, due_at) WHERE (due_at IS NOT NULL);
