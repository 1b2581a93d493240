import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which services have to take back their state from the log, and which have. The row `access` says that all have to. */
export class Recovery1763740100000 implements MigrationInterface {
  readonly name = 'Recovery1763740100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table access.recovery (
        service text primary key,
        finished_at timestamptz not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table access.recovery');
  }
}
