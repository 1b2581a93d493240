import { type ServiceOptions } from '#libs/runtime';
import { storeMigrations } from '#libs/store';
import { ingestionMigrations } from './idempotency/migrations/index.js';
import { IngestionModule } from './ingestion.module.js';
import { otlpDialect } from './otlp/answers.js';

/** Ingestion as the runtime starts it. Without the database it goes on: only repeated requests are not recognised. */
export const ingestion: ServiceOptions = {
  service: 'ingestion',
  module: IngestionModule,
  schema: 'ingestion',
  migrations: [...storeMigrations, ...ingestionMigrations],
  worksWithout: ['database'],
  dialects: [otlpDialect],
};
