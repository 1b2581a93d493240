import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Keys under which something was sent, with the answer that it got: `json`, so that it is repeated byte for byte. */
export class Idempotency1763600200000 implements MigrationInterface {
  readonly name = 'Idempotency1763600200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table idempotency (
        key bytea primary key,
        body bytea not null,
        answer json,
        lease_until timestamptz not null,
        created_at timestamptz not null default now()
      ) with (fillfactor = 70)`);
    await runner.query('create index idempotency_created_at on idempotency (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table idempotency');
  }
}
