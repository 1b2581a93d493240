create table cell (
  organization_id text not null,
  cluster_id text not null,
  node_id text not null,
  log_partition integer not null,
  version bigint not null,
  due_at bigint,
  state json not null,
  constraint cell_pkey PRIMARY KEY (organization_id, cluster_id, node_id)
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

create table cluster_turn (
  organization_id text not null,
  cluster_id text not null,
  at timestamp with time zone not null,
  removed boolean not null,
  event_id text not null,
  constraint cluster_turn_pkey PRIMARY KEY (organization_id, cluster_id, at, removed)
);

create table control (
  one boolean default true not null,
  version bigint not null,
  constraint control_one_check CHECK (one),
  constraint control_pkey PRIMARY KEY (one)
);

create table detector_settings (
  organization_id text not null,
  detector text not null,
  cluster_id text not null,
  revision bigint not null,
  settings jsonb not null,
  effective_from jsonb not null,
  constraint detector_settings_pkey PRIMARY KEY (organization_id, detector, cluster_id, revision)
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

create table unruled_failure (
  organization_id text not null,
  cluster_id text not null,
  name text not null,
  count bigint not null,
  last_event_id text not null,
  last_at timestamp with time zone not null,
  constraint unruled_failure_pkey PRIMARY KEY (organization_id, cluster_id, name)
);

CREATE INDEX cell_due ON cell USING btree (log_partition, due_at) WHERE (due_at IS NOT NULL);
