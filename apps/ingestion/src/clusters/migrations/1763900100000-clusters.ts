import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Registered clusters, and whose turn it is to be asked. A removed one stays: what the log said before comes later. */
export class Clusters1763900100000 implements MigrationInterface {
  readonly name = 'Clusters1763900100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table cluster (
        organization_id text not null,
        cluster_id text collate "C" not null,
        project_id text not null,
        name text,
        nodes jsonb not null,
        polling jsonb not null,
        registered_at timestamptz not null,
        removed_at timestamptz,
        turn int not null default 0,
        poll_at timestamptz not null default now(),
        primary key (organization_id, cluster_id)
      )`);
    await runner.query('create index cluster_poll_at on cluster (poll_at) where removed_at is null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table cluster');
  }
}
