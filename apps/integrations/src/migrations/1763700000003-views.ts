import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Health of integrations; where alerts lie on the log. */
export class Views1763700000003 implements MigrationInterface {
  readonly name = 'Views1763700000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table integration_health (
        integration_id text primary key,
        organization_id text not null,
        document jsonb not null
      )`);
    await runner.query(`
      create table cause (
        organization_id text not null,
        event_id text not null,
        name text not null,
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        written_at timestamptz not null,
        primary key (organization_id, event_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table integration_health, cause');
  }
}
