import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the rules remember: occurrences of alerts, incidents, the status of services. `version` counts the writes. */
export class Decisions1763600100000 implements MigrationInterface {
  readonly name = 'Decisions1763600100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table alert_occurrence (
        id uuid primary key,
        organization_id text not null,
        partition text not null,
        fingerprint text not null,
        log_partition integer not null,
        expires_at timestamptz,
        version bigint not null,
        state jsonb not null
      ) with (fillfactor = 80)`);
    await runner.query(`
      create index alert_occurrence_expiry on alert_occurrence (log_partition, expires_at) where expires_at is not null`);
    await runner.query('create sequence incident_pk');
    await runner.query(`
      create table incident (
        incident_id uuid primary key,
        organization_id text not null,
        pk bigint not null unique,
        version bigint not null,
        state jsonb not null
      ) with (fillfactor = 80)`);
    await runner.query(`
      create table service_status (
        id uuid primary key,
        organization_id text not null,
        key text not null,
        version bigint not null,
        alerts jsonb not null
      ) with (fillfactor = 80)`);
    await runner.query(`
      create table service_observation (
        service_id uuid not null,
        time timestamptz not null,
        arrival bigint generated always as identity,
        fingerprint text not null,
        status text not null,
        description text not null,
        changed boolean not null,
        primary key (service_id, time, arrival)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['service_observation', 'service_status', 'incident', 'alert_occurrence']) {
      await runner.query(`drop table ${table}`);
    }
    await runner.query('drop sequence incident_pk');
  }
}
