import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What the delivery processes keep. Several sinks share the schema; every row names its sink, and no process touches the
 * rows of another. `due_at` and `at` are milliseconds since 1970; leases run by the clock of the database.
 */
export class Delivery1763700000000 implements MigrationInterface {
  readonly name = 'Delivery1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      INTEGRATION,
      ROSTER,
      INCIDENT,
      INCIDENT_OPEN,
      EVENT,
      EVENT_RECORDED,
      LANE,
      LANE_DUE,
      DELIVERY,
    ]) {
      await runner.query(statement);
    }
    await runner.query(DELIVERY_WAITING);
    await runner.query(DELIVERY_SETTLED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table delivery, lane, incident_event, incident, roster, integration');
  }
}

const INTEGRATION = `
  create table integration (
    sink text not null,
    integration_id text not null,
    organization_id text not null,
    sequence integer not null,
    status text not null check (status in ('active', 'paused', 'deleted')),
    document json not null,
    deleted_at timestamptz,
    parked_code text,
    parked_remedy text,
    parked_at timestamptz,
    probe_at timestamptz,
    primary key (sink, organization_id, integration_id),
    unique (sink, integration_id)
  )`;

/** Counts the changes of a sink's integrations, so that whoever keeps a copy knows that it is old. */
const ROSTER = `
  create table roster (
    sink text primary key,
    version bigint not null
  )`;

const INCIDENT = `
  create table incident (
    sink text not null,
    incident_id text not null,
    organization_id text not null,
    sequence integer not null,
    open boolean not null,
    opened_at timestamptz not null,
    document json not null,
    primary key (sink, incident_id)
  ) with (fillfactor = 70)`;
const INCIDENT_OPEN = 'create index incident_open on incident (sink, organization_id, opened_at) where open';

/** The events of late: an integration that turns out to have wanted them is given them afterwards. `document` is kept for a sink that sends each event. */
const EVENT = `
  create table incident_event (
    sink text not null,
    incident_id text not null,
    sequence integer not null,
    organization_id text not null,
    event_id text not null,
    name text not null,
    root_event_id text not null,
    document json,
    recorded_at timestamptz not null,
    primary key (sink, incident_id, sequence)
  )`;
const EVENT_RECORDED = 'create index incident_event_recorded on incident_event (sink, recorded_at)';

/** \`class\` sorts what may be sent: 0 to be settled, 1 a transition, 2 a post, 3 an update. \`due_at\` is null where nothing is to be done. */
const LANE = `
  create table lane (
    sink text not null,
    integration_id text not null,
    incident_id text not null,
    state json not null,
    class smallint not null,
    due_at bigint,
    lease_until timestamptz,
    fence bigint not null default 0,
    primary key (sink, integration_id, incident_id)
  ) with (fillfactor = 60)`;
const LANE_DUE = 'create index lane_due on lane (sink, integration_id, class, due_at) where due_at is not null';

const DELIVERY = `
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
    attempts integer not null default 0,
    settled_at timestamptz,
    primary key (sink, delivery_id)
  ) with (fillfactor = 80)`;
const DELIVERY_WAITING = `
  create index delivery_waiting on delivery (sink, integration_id, incident_id, sequence) where state = 'pending'`;
const DELIVERY_SETTLED = 'create index delivery_settled on delivery (sink, settled_at) where settled_at is not null';
