import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The account: one row for each event and each integration that has to account for it, under the id of its delivery. */
export class Deliveries1763700000002 implements MigrationInterface {
  readonly name = 'Deliveries1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
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
        at timestamptz,
        record_id text,
        topic text,
        partition integer,
        "offset" bigint,
        written_at timestamptz not null,
        event_sequence integer,
        primary key (organization_id, delivery_id)
      )`);
    await runner.query('create index on delivery (event_id)');
    await runner.query('create index on delivery (organization_id, written_at desc, delivery_id desc)');
    await runner.query('create index on delivery (integration_id, written_at desc, delivery_id desc)');
    await runner.query('create index on delivery (incident_id, integration_id, event_sequence)');
    await runner.query(`create index on delivery (integration_id, written_at) where state = 'pending'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table delivery');
  }
}
