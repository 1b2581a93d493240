import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** States from before there were commands: without what only commands bring about. */
const COMPLETE = `
  update incident set state = state || jsonb_build_object(
    'tags', (select coalesce(jsonb_agg(jsonb_build_object('tag', tag, 'addedBy', null, 'addedTime', state -> 'startTime')), '[]')
      from jsonb_array_elements_text(state -> 'tags') as tag),
    'metadata', '{}'::jsonb, 'acks', '[]'::jsonb, 'recent', '[]'::jsonb, 'latest', state -> 'startTime',
    'openedAt', state -> 'startTime', 'updatedAt', coalesce(state -> 'endTime', state -> 'startTime'))
  where state is not null and not state ? 'acks'`;

/**
 * Commands on incidents. `source_key` is derived from a source and its own id of an incident: no two incidents of one
 * source have the same. Keys of events are Argus' integer keys. States are kept as they were written: jsonb would put the
 * keys of metadata in another order.
 */
export class Commands1763600300000 implements MigrationInterface {
  readonly name = 'Commands1763600300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table incident add column source_key uuid constraint incident_source_key unique');
    await runner.query(COMPLETE);
    await runner.query('alter table incident alter column state type json using state::json');
    await runner.query('create sequence incident_event_pk');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop sequence incident_event_pk');
    await runner.query(COMPLETE);
    await runner.query('alter table incident alter column state type jsonb using state::jsonb');
    await runner.query('alter table incident drop column source_key');
  }
}
