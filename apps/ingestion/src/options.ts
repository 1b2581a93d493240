import { RuntimeConfig, type ServiceOptions } from '#libs/runtime';
import { storeMigrations } from '#libs/store';
import { clustersProcessor } from './clusters/clusters.processor.js';
import { clusterMigrations } from './clusters/migrations/index.js';
import { ingestionMigrations } from './idempotency/migrations/index.js';
import { IngestionModule } from './ingestion.module.js';
import { otlpDialect } from './otlp/answers.js';

/** Ingestion as the runtime starts it. Without the database it goes on: only repeated requests are not recognised. */
export const ingestion: ServiceOptions = {
  service: 'ingestion',
  module: IngestionModule,
  schema: 'ingestion',
  migrations: [...storeMigrations, ...ingestionMigrations, ...clusterMigrations],
  processors: (app) => [clustersProcessor(app.get(RuntimeConfig).topics)],
  worksWithout: ['database'],
  dialects: [otlpDialect],
};
