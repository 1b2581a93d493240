import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How far each processor has come, per partition and identity of its topic. */
export class Checkpoint1763600000000 implements MigrationInterface {
  readonly name = 'Checkpoint1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table checkpoint (
        processor text not null,
        topic text not null,
        topic_id text not null,
        partition integer not null,
        next_offset bigint not null check (next_offset >= 0),
        updated_at timestamptz not null default now(),
        primary key (processor, topic, topic_id, partition)
      ) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table checkpoint');
  }
}
