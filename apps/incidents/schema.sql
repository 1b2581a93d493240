create table alert_occurrence (
  id uuid not null,
  organization_id text not null,
  partition text not null,
  fingerprint text not null,
  log_partition integer not null,
  expires_at timestamp with time zone,
  version bigint not null,
  state jsonb not null,
  constraint alert_occurrence_pkey PRIMARY KEY (id)
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

create table dead_letter_replay (
  organization_id uuid not null,
  id uuid not null,
  replayed_at timestamp with time zone not null,
  replayed_by text not null,
  constraint dead_letter_replay_pkey PRIMARY KEY (organization_id, id)
);

create table incident (
  incident_id uuid not null,
  organization_id text not null,
  pk bigint not null,
  version bigint not null,
  state json not null,
  source_key uuid,
  constraint incident_pk_key UNIQUE (pk),
  constraint incident_pkey PRIMARY KEY (incident_id),
  constraint incident_source_key UNIQUE (source_key)
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

create table projection (
  name text not null,
  version integer not null,
  active integer not null,
  building integer,
  building_version integer,
  building_since timestamp with time zone,
  switching boolean default false not null,
  switched_at timestamp with time zone,
  last integer not null,
  previous integer,
  previous_version integer,
  mode text default 'checked'::text not null,
  held boolean default false not null,
  constraint projection_mode_check CHECK ((mode = ANY (ARRAY['checked'::text, 'forced'::text, 'back'::text]))),
  constraint projection_pkey PRIMARY KEY (name)
);

create table projection_comparison (
  name text not null,
  live integer not null,
  live_version integer not null,
  built integer not null,
  built_version integer not null,
  since timestamp with time zone not null,
  total bigint not null,
  compared bigint default 0 not null,
  last_organization uuid,
  last_id uuid,
  walked boolean default false not null,
  watching boolean default true not null,
  differing bigint default 0 not null,
  finished_at timestamp with time zone,
  constraint projection_comparison_pkey PRIMARY KEY (name)
);

create table projection_difference (
  name text not null,
  organization_id uuid not null,
  id uuid not null,
  kind text not null,
  live_hash text,
  built_hash text,
  fields jsonb not null,
  since timestamp with time zone default now() not null,
  constraint projection_difference_kind_check CHECK ((kind = ANY (ARRAY['changed'::text, 'missing'::text, 'added'::text]))),
  constraint projection_difference_pkey PRIMARY KEY (name, organization_id, id)
);

create table projection_touched (
  name text not null,
  generation integer not null,
  organization_id uuid not null,
  id uuid not null,
  constraint projection_touched_pkey PRIMARY KEY (name, generation, organization_id, id)
);

create table service_observation (
  service_id uuid not null,
  time timestamp with time zone not null,
  arrival bigint generated always as identity not null,
  fingerprint text not null,
  status text not null,
  description text not null,
  changed boolean not null,
  constraint service_observation_pkey PRIMARY KEY (service_id, "time", arrival)
);

create table service_status (
  id uuid not null,
  organization_id text not null,
  key text not null,
  version bigint not null,
  alerts jsonb not null,
  constraint service_status_pkey PRIMARY KEY (id)
);

create table view_dead_letter_g1 (
  organization_id uuid not null,
  id uuid not null,
  at timestamp with time zone not null,
  document text not null,
  letter json not null,
  value bytea,
  constraint view_dead_letter_g1_pkey PRIMARY KEY (organization_id, id)
);

create table view_incident_g1 (
  organization_id uuid not null,
  id uuid not null,
  foreign_id text,
  pk bigint not null,
  sequence integer not null,
  stateful boolean not null,
  start_time timestamp with time zone not null,
  end_time timestamp with time zone,
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
  acked_until timestamp with time zone,
  details_url text not null,
  ticket_url text not null,
  metadata json,
  close_reason text,
  predecessor text,
  opened_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  happened_at timestamp with time zone not null,
  search text not null,
  deleted_at timestamp with time zone,
  constraint view_incident_g1_pkey PRIMARY KEY (organization_id, id)
);

create table view_service_g1 (
  organization_id uuid not null,
  id uuid not null,
  key text not null,
  partition text not null,
  platform text not null,
  service text not null,
  facet text not null,
  location text not null,
  constraint view_service_g1_pkey PRIMARY KEY (organization_id, id)
);

create table view_service_history_g1 (
  organization_id uuid not null,
  service_id uuid not null,
  partition text not null,
  time timestamp with time zone not null,
  arrival bigint not null,
  fingerprint text not null,
  status text not null,
  description text not null,
  transition boolean not null,
  late boolean not null,
  event_id text not null,
  recorded_at timestamp with time zone not null,
  constraint view_service_history_g1_pkey PRIMARY KEY (organization_id, service_id, "time", arrival)
);

create table view_timeline_g1 (
  organization_id uuid not null,
  id uuid not null,
  sequence integer not null,
  time timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  event_pk bigint,
  document text not null,
  constraint view_timeline_g1_pkey PRIMARY KEY (organization_id, id, sequence)
);

CREATE INDEX alert_occurrence_expiry ON alert_occurrence USING btree (log_partition, expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX view_dead_letter_g1_at ON view_dead_letter_g1 USING btree (organization_id, at);

CREATE INDEX view_incident_g1_ahead ON view_incident_g1 USING btree (organization_id, start_time) WHERE (start_time > opened_at);

CREATE INDEX view_incident_g1_deleted ON view_incident_g1 USING btree (organization_id, id) WHERE (deleted_at IS NOT NULL);

CREATE INDEX view_incident_g1_lived ON view_incident_g1 USING btree (organization_id, width_bucket((EXTRACT(epoch FROM (updated_at - opened_at)))::double precision, '{8,16,32,64,128,256,512,1024,2048,4096,8192,16384,32768,65536,131072,262144,524288,1048576,2097152,4194304,8388608,16777216,33554432,67108864}'::double precision[]), opened_at) WHERE (end_time <= updated_at);

CREATE INDEX view_incident_g1_named ON view_incident_g1 USING btree (hashtext(source_incident_id), source_pk);

CREATE INDEX view_incident_g1_open ON view_incident_g1 USING btree (organization_id, start_time, source_pk) WHERE (end_time > updated_at);

CREATE INDEX view_incident_g1_pk ON view_incident_g1 USING btree (pk);

CREATE INDEX view_incident_g1_start ON view_incident_g1 USING btree (organization_id, start_time);

CREATE INDEX view_service_g1_partition ON view_service_g1 USING btree (organization_id, partition);

CREATE INDEX view_service_history_g1_time ON view_service_history_g1 USING btree (organization_id, partition, "time");

CREATE INDEX view_timeline_g1_time ON view_timeline_g1 USING btree (organization_id, "time") WHERE (event_pk IS NOT NULL);
