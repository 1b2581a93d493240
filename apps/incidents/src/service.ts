import { Clock } from '#libs/core';
import { RuntimeConfig, type ServiceOptions } from '#libs/runtime';
import { alertsProcessor } from './alerts.processor.js';
import { argusDialect } from './argus/dialect.js';
import { IncidentsConfig, readIncidentsConfig } from './config.js';
import { IncidentsModule } from './incidents.module.js';
import { issuesProcessor } from './issues.processor.js';
import { Registry } from './sources/registry.js';
import { migrations } from './migrations/index.js';
import { recover } from './recovery/recover.js';

/** Alerts become incidents and service status; read models of both, and their APIs. */
export const incidentsService: ServiceOptions = {
  service: 'incidents',
  module: IncidentsModule,
  dialects: [argusDialect],
  schema: 'incidents',
  migrations,
  recover: (context) => recover(context, readIncidentsConfig(context.environment).statusAfterResolve),
  processors: (app) => [
    issuesProcessor({
      topics: app.get(RuntimeConfig).topics,
      clock: app.get(Clock),
      sources: app.get(Registry),
    }),
    alertsProcessor({
      topics: app.get(RuntimeConfig).topics,
      clock: app.get(Clock),
      afterResolve: app.get(IncidentsConfig).statusAfterResolve,
      sources: app.get(Registry),
    }),
  ],
};
