import { type ViewDefinition } from '../read-model.js';

/** `document` is the answer of the API as JSON text; the rest is what a replay needs. */
export const deadLetterView: ViewDefinition = {
  name: 'view_dead_letter',
  create: (table) => [
    `create table ${table} (
      organization_id uuid not null,
      id uuid not null,
      at timestamptz not null,
      document text not null,
      letter json not null,
      value bytea,
      primary key (organization_id, id)
    )`,
    `create index ${table}_at on ${table} (organization_id, at)`,
  ],
};
