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

create table outbox (
  shard integer not null,
  id bigint generated always as identity not null,
  topic text not null,
  key bytea not null,
  headers json not null,
  value bytea not null,
  constraint outbox_pkey PRIMARY KEY (shard, id)
);
