import { Module } from '@nestjs/common';
import { Store } from '#libs/store';
import { ClusterCommands } from './clusters/cluster-commands.js';
import { ClustersController } from './clusters/clusters.controller.js';
import { IngestionConfig, readIngestionConfig } from './config.js';
import { AlertmanagerApiController } from './http/alertmanager-api.controller.js';
import { AlertsController } from './http/alerts.controller.js';
import { EventsController } from './http/events.controller.js';
import { OtlpController } from './http/otlp.controller.js';
import { RemoteWriteController } from './http/remote-write.controller.js';
import { SamplesController } from './http/samples.controller.js';
import { Once } from './idempotency/once.js';
import { PostgresLedger } from './idempotency/postgres-ledger.js';
import { Sweeper } from './idempotency/sweeper.js';
import { IngestMetrics } from './ingest.metrics.js';
import { IngestPipeline } from './ingest.pipeline.js';
import { Poller } from './polling/poller.js';
import { PublishOnce } from './publish-once.js';
import { Publishing } from './publishing.js';

@Module({
  controllers: [
    AlertsController,
    AlertmanagerApiController,
    EventsController,
    SamplesController,
    OtlpController,
    RemoteWriteController,
    ClustersController,
  ],
  providers: [
    { provide: PostgresLedger, inject: [Store], useFactory: (store: Store) => new PostgresLedger(store) },
    { provide: Once, inject: [PostgresLedger], useFactory: (ledger: PostgresLedger) => new Once(ledger) },
    IngestMetrics,
    Sweeper,
    Publishing,
    PublishOnce,
    IngestPipeline,
    { provide: IngestionConfig, useFactory: () => readIngestionConfig() },
    ClusterCommands,
    Poller,
  ],
})
export class IngestionModule {}
