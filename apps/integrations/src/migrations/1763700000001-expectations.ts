import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What integrations wanted when, and which incident events there were. */
export class Expectations1763700000001 implements MigrationInterface {
  readonly name = 'Expectations1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table integration_change (
        integration_id text not null,
        sequence integer not null,
        event_id text not null,
        organization_id text not null,
        name text not null,
        written_at timestamptz not null,
        source text not null,
        filters jsonb not null,
        deleted boolean not null,
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        primary key (integration_id, sequence)
      )`);
    await runner.query('create index on integration_change (organization_id)');
    await runner.query(`
      create table incident_event (
        event_id text primary key,
        organization_id text not null,
        incident_id text not null,
        sequence integer not null,
        name text not null,
        written_at timestamptz not null,
        causation_id text,
        correlation_id text not null,
        origin text not null,
        level integer not null,
        tags jsonb not null,
        topic text not null,
        partition integer not null,
        "offset" bigint not null
      )`);
    await runner.query('create index on incident_event (incident_id, sequence)');
    await runner.query('create index on incident_event (organization_id, written_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table integration_change, incident_event');
  }
}
