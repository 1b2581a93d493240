import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * `cell`: what the rules remember of a node (or, `node_id` empty, of a cluster); `version` counts the writes, `due_at`
 * (milliseconds) is when time alone has something to say of it. `control` counts the changes to what rules are told:
 * settings, and clusters that were removed or registered.
 */
export class Detection1763800000000 implements MigrationInterface {
  readonly name = 'Detection1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table cell (
        organization_id text not null,
        cluster_id text not null,
        node_id text not null,
        log_partition integer not null,
        version bigint not null,
        due_at bigint,
        state json not null,
        primary key (organization_id, cluster_id, node_id)
      ) with (fillfactor = 70)`);
    await runner.query('create index cell_due on cell (log_partition, due_at) where due_at is not null');
    await runner.query(`
      create table cluster_turn (
        organization_id text not null,
        cluster_id text not null,
        at timestamptz not null,
        removed boolean not null,
        event_id text not null,
        primary key (organization_id, cluster_id, at, removed)
      )`);
    await runner.query(`
      create table detector_settings (
        organization_id text not null,
        detector text not null,
        cluster_id text not null,
        revision bigint not null,
        settings jsonb not null,
        effective_from jsonb not null,
        primary key (organization_id, detector, cluster_id, revision)
      )`);
    await runner.query(`
      create table unruled_failure (
        organization_id text not null,
        cluster_id text not null,
        name text not null,
        count bigint not null,
        last_event_id text not null,
        last_at timestamptz not null,
        primary key (organization_id, cluster_id, name)
      )`);
    await runner.query(
      'create table control (one boolean primary key default true check (one), version bigint not null)',
    );
    await runner.query('insert into control (version) values (0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table control, unruled_failure, detector_settings, cluster_turn, cell');
  }
}
