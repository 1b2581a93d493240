import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The write state of integrations. Secrets lie here sealed only. */
export class Integrations1763700000000 implements MigrationInterface {
  readonly name = 'Integrations1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table integration (
        integration_id text primary key,
        organization_id text not null,
        project_id text not null,
        description text not null,
        sink text not null,
        source text not null,
        data jsonb not null,
        secrets jsonb not null,
        masks jsonb not null,
        filters jsonb not null,
        status text not null check (status in ('active', 'paused', 'deleted')),
        sequence integer not null,
        created timestamptz not null,
        updated timestamptz not null
      )`);
    await runner.query('create index on integration (organization_id, project_id, integration_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table integration');
  }
}
