import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Organisations, their projects, their tokens. */
export class Access1763600100000 implements MigrationInterface {
  readonly name = 'Access1763600100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table access.organization (
        id uuid primary key,
        name text not null,
        first boolean not null default false,
        created_at timestamptz not null
      )`);
    await runner.query('create unique index organization_first on access.organization (first) where first');
    await runner.query(`
      create table access.project (
        id uuid primary key,
        organization_id uuid not null references access.organization,
        name text not null,
        created_at timestamptz not null
      )`);
    await runner.query('create index project_organization on access.project (organization_id, created_at)');
    await runner.query(`
      create table access.token (
        id uuid primary key,
        public_id text unique,
        digest bytea not null unique,
        organization_id uuid not null references access.organization,
        project_id uuid not null references access.project,
        kind text not null check (kind in ('admin', 'user', 'source', 'reader')),
        name text not null,
        source_type text,
        base_url text,
        partitions text[],
        installation boolean not null default false,
        created_at timestamptz not null,
        created_by uuid,
        expires_at timestamptz,
        revoked_at timestamptz
      )`);
    await runner.query('create index token_organization on access.token (organization_id, created_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table access.token, access.project, access.organization');
  }
}
