import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The generations of each read model: which one is read, which one is built. Their tables come and go at run time. */
export class Projections1763600200000 implements MigrationInterface {
  readonly name = 'Projections1763600200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table projection (
        name text primary key,
        version integer not null,
        active integer not null,
        building integer,
        building_version integer,
        building_since timestamptz,
        switching boolean not null default false,
        switched_at timestamptz,
        last integer not null
      )`);
    await runner.query(`
      create table dead_letter_replay (
        organization_id uuid not null,
        id uuid not null,
        replayed_at timestamptz not null,
        replayed_by text not null,
        primary key (organization_id, id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dead_letter_replay');
    await runner.query('drop table projection');
  }
}
