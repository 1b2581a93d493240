import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Records on their way to the log. A queue: rows live for milliseconds, so the table is vacuumed by count. */
export class Outbox1763600000001 implements MigrationInterface {
  readonly name = 'Outbox1763600000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outbox (
        shard integer not null,
        id bigint generated always as identity,
        topic text not null,
        key bytea not null,
        headers json not null,
        value bytea not null,
        primary key (shard, id)
      ) with (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_scale_factor = 0,
              autovacuum_analyze_threshold = 50000)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table outbox');
  }
}
