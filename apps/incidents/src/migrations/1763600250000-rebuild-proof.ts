import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What a rebuild has to remember: the generation to switch back to, how far the comparison has come, and what it found.
 * `note_touched` writes down which subjects a statement changed; it is hung on the tables of two generations while they
 * are compared. Its arguments are the name of the read model, the generation and the subject's column.
 */
export class RebuildProof1763600250000 implements MigrationInterface {
  readonly name = 'RebuildProof1763600250000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table projection
        add column previous integer,
        add column previous_version integer,
        add column mode text not null default 'checked' check (mode in ('checked', 'forced', 'back')),
        add column held boolean not null default false`);
    await runner.query(`
      create table projection_comparison (
        name text primary key,
        live integer not null,
        live_version integer not null,
        built integer not null,
        built_version integer not null,
        since timestamptz not null,
        total bigint not null,
        compared bigint not null default 0,
        last_organization uuid,
        last_id uuid,
        walked boolean not null default false,
        watching boolean not null default true,
        differing bigint not null default 0,
        finished_at timestamptz
      )`);
    await runner.query(`
      create table projection_difference (
        name text not null,
        organization_id uuid not null,
        id uuid not null,
        kind text not null check (kind in ('changed', 'missing', 'added')),
        live_hash text,
        built_hash text,
        fields jsonb not null,
        since timestamptz not null default now(),
        primary key (name, organization_id, id)
      )`);
    await runner.query(`
      create table projection_touched (
        name text not null,
        generation integer not null,
        organization_id uuid not null,
        id uuid not null,
        primary key (name, generation, organization_id, id)
      )`);
    await runner.query(`
      create function note_touched() returns trigger language plpgsql as $$
      begin
        execute format(
          'insert into %I.projection_touched select distinct $1, $2::integer, organization_id, %I from touched
           order by 3, 4 on conflict do nothing', TG_TABLE_SCHEMA, TG_ARGV[2]) using TG_ARGV[0], TG_ARGV[1];
        return null;
      end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function note_touched() cascade');
    await runner.query('drop table projection_touched, projection_difference, projection_comparison');
    await runner.query(
      'alter table projection drop column previous, drop column previous_version, drop column mode, drop column held',
    );
  }
}
