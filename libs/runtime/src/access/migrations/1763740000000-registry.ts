import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Source systems, their types, users; which of them a token speaks for, and what it was made for. */
export class Registry1763740000000 implements MigrationInterface {
  readonly name = 'Registry1763740000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create sequence access.user_pk');
    await runner.query('create sequence access.source_pk');
    await runner.query(`
      create table access.account (
        pk bigint primary key,
        organization_id uuid not null references access.organization,
        kind text not null check (kind in ('source', 'person')),
        login text,
        username text not null,
        created_at timestamptz not null,
        unique (organization_id, username),
        unique (organization_id, login)
      )`);
    await runner.query(`
      create table access.source_type (
        organization_id uuid not null references access.organization,
        name text not null,
        created_at timestamptz not null,
        primary key (organization_id, name)
      )`);
    await runner.query(`
      create table access.source (
        id uuid primary key,
        pk bigint not null unique,
        organization_id uuid not null references access.organization,
        name text not null,
        type text not null,
        base_url text not null,
        user_pk bigint not null unique references access.account,
        created_at timestamptz not null,
        last_seen timestamptz,
        heartbeat_at timestamptz,
        heartbeat_seconds integer,
        unique (organization_id, name, type)
      ) with (fillfactor = 70)`);
    await runner.query(`
      create table access.phone_number (
        pk bigint generated always as identity primary key,
        user_pk bigint not null references access.account,
        phone_number text not null,
        unique (user_pk, phone_number)
      )`);
    await runner.query('alter table access.organization add column announced boolean not null default false');
    await runner.query(`
      alter table access.token
        add column source_id uuid references access.source,
        add column user_pk bigint references access.account,
        add column purpose text check (purpose in ('login', 'token-auth'))`);
    await runner.query('create index token_user on access.token (user_pk) where revoked_at is null');
    await runner.query(
      'create index token_unregistered on access.token (id) where user_pk is null and revoked_at is null',
    );
    await runner.query('create index token_expiry on access.token (expires_at) where revoked_at is null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table access.token drop column source_id, drop column user_pk, drop column purpose');
    await runner.query('alter table access.organization drop column announced');
    for (const table of ['phone_number', 'source', 'source_type', 'account']) {
      await runner.query(`drop table access.${table}`);
    }
    await runner.query('drop sequence access.user_pk');
    await runner.query('drop sequence access.source_pk');
  }
}
